// SPDX-License-Identifier: Apache-2.0
import Crypto
import Foundation

/// The relying party whose passkeys are believed (WebAuthn Level 3, §4), and the pages that may use them.
struct RelyingParty: Sendable {
    /// Which origins the client data may name.
    enum Origins: Sendable, Equatable {
        case exactly(String)
        /// `http://localhost`, with any port.
        case localhost
    }

    /// A domain: no scheme, no port.
    let id: String
    let origins: Origins

    /// A relying party with one `origin`. Without it: `https://` and `id`, or `http://localhost` with any port where
    /// `id` is `localhost`.
    init(id: String, origin: String? = nil) {
        self.id = id
        origins =
            if let origin {
                .exactly(origin)
            } else if id == "localhost" {
                .localhost
            } else {
                .exactly("https://\(id)")
            }
    }

    /// SHA-256 of the identifier's UTF-8 bytes, as authenticator data carries it.
    var idHash: Data {
        Data(SHA256.hash(data: Data(id.utf8)))
    }

    func accepts(origin: String) -> Bool {
        switch origins {
        case .exactly(let expected): origin == expected
        case .localhost: Self.isLocalhost(origin)
        }
    }

    private static func isLocalhost(_ origin: String) -> Bool {
        guard origin.hasPrefix("http://localhost") else { return false }
        let rest = origin.dropFirst("http://localhost".count)
        return rest.isEmpty || rest.first == ":" && isPort(rest.dropFirst())
    }
}

extension RelyingParty {
    /// An origin that is accepted.
    var exampleOrigin: String {
        switch origins {
        case .exactly(let origin): origin
        case .localhost: "http://localhost"
        }
    }

    /// Whether `text` is a domain as an rpId has it: letters, digits and hyphens in lower case between dots.
    static func isIdentifier(_ text: String) -> Bool {
        let labels = text.split(separator: ".", omittingEmptySubsequences: false)
        return labels.allSatisfy { label in
            !label.isEmpty && label.utf8.allSatisfy { "abcdefghijklmnopqrstuvwxyz0123456789-".utf8.contains($0) }
        }
    }

    /// Whether `text` is an origin as a browser writes it: `https://` or `http://`, a domain, perhaps a port.
    static func isOrigin(_ text: String) -> Bool {
        guard let scheme = ["https://", "http://"].first(where: { text.hasPrefix($0) }) else { return false }
        let parts = text.dropFirst(scheme.count).split(separator: ":", omittingEmptySubsequences: false)
        guard let host = parts.first, isIdentifier(String(host)), parts.count <= 2 else { return false }
        return parts.count == 1 || isPort(parts[1])
    }

    /// As a browser writes it: no sign, no leading zero. `UInt16` alone would read "+80" too.
    private static func isPort(_ text: Substring) -> Bool {
        text.utf8.allSatisfy { (0x30...0x39).contains($0) } && text.first != "0" && UInt16(text) != nil
    }
}
