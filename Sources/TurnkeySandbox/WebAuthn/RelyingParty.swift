// SPDX-License-Identifier: Apache-2.0
import Crypto
package import Foundation

/// A relying party whose passkeys are accepted (WebAuthn Level 3, §4), and the pages that may use them.
package struct RelyingParty: Sendable, Hashable {
    /// The id, a domain without scheme or port.
    let id: String
    /// The origins, at least one.
    let origins: [Origin]

    /// Creates a relying party. Without `origins`: `https://` and `id`, or `http://localhost` with any port if `id` is
    /// `localhost`.
    package init(id: String, origins: [Origin] = []) {
        self.id = id
        let standard: Origin = id == "localhost" ? .localhostAtAnyPort : .exactly("https://\(id)")
        self.origins = origins.isEmpty ? [standard] : origins
    }

    /// The SHA-256 of the id's UTF-8 bytes, as authenticator data carries it.
    package var idHash: Data {
        Data(SHA256.hash(data: Data(id.utf8)))
    }

    func accepts(origin: String) -> Bool {
        origins.contains { $0.accepts(origin) }
    }

    /// Whether `text` is a domain as an rpId has it: letters, digits and hyphens in lower case between dots.
    static func isIdentifier(_ text: String) -> Bool {
        let labels = text.split(separator: ".", omittingEmptySubsequences: false)
        return labels.allSatisfy { label in
            !label.isEmpty && label.utf8.allSatisfy { "abcdefghijklmnopqrstuvwxyz0123456789-".utf8.contains($0) }
        }
    }
}
