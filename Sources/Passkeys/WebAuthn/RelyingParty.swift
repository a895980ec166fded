// SPDX-License-Identifier: Apache-2.0

/// A relying party's id: labels of 1 to 63 lower-case letters, digits and hyphens between dots, at most 253 bytes
/// (WebAuthn Level 3, §4: "valid domain string").
package struct RelyingParty: Sendable, Hashable {
    /// The id.
    package let id: String

    /// Checks an id; `nil` for anything else.
    package init?(_ id: String) {
        let labels = id.split(separator: ".", omittingEmptySubsequences: false)
        let isDomain = labels.allSatisfy { label in
            (1...63).contains(label.utf8.count)
                && label.utf8.allSatisfy { byte in
                    (0x61...0x7A).contains(byte) || (0x30...0x39).contains(byte) || byte == 0x2D
                }
        }
        guard isDomain, id.utf8.count <= 253 else { return nil }
        self.id = id
    }

    /// The origin that client data names if no page took part: the relying party's own.
    package var origin: String { id == "localhost" ? "http://localhost" : "https://\(id)" }
}
