// SPDX-License-Identifier: Apache-2.0

/// A relying party's identifier: letters, digits and hyphens in lower case between dots, 253 bytes at most.
struct RelyingPartyName: Sendable, Hashable {
    let id: String

    /// - Throws: `unusableRpId`.
    init(_ id: String) throws(SecurityKeyError) {
        let labels = id.split(separator: ".", omittingEmptySubsequences: false)
        let isDomain = labels.allSatisfy { label in
            !label.isEmpty && label.utf8.allSatisfy { "abcdefghijklmnopqrstuvwxyz0123456789-".utf8.contains($0) }
        }
        guard isDomain, id.utf8.count <= 253 else { throw .unusableRpId(id) }
        self.id = id
    }

    /// The origin that the client data names: no page took part, so the relying party's own stands for it.
    var origin: String { id == "localhost" ? "http://localhost" : "https://\(id)" }
}
