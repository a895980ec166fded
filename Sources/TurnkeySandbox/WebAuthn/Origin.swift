// SPDX-License-Identifier: Apache-2.0

/// The pages that may use a relying party's passkeys, as client data names them.
package enum Origin: Sendable, Hashable {
    /// A scheme, a host and perhaps a port, as a browser writes them.
    case exactly(String)
    /// `http://localhost`, with any port or none.
    case localhostAtAnyPort

    /// The spelling of the latter in a configuration: no browser's origin has a star.
    private static let localhostAtAnyPortText = "http://localhost:*"

    /// Reads `https://` or `http://`, a domain and perhaps a port; or `http://localhost:*`.
    init?(_ text: String) {
        if text == Self.localhostAtAnyPortText {
            self = .localhostAtAnyPort
        } else if Self.host(of: text) != nil {
            self = .exactly(text)
        } else {
            return nil
        }
    }

    func accepts(_ origin: String) -> Bool {
        switch self {
        case .exactly(let text): origin == text
        case .localhostAtAnyPort: origin.hasPrefix("http://") && Self.host(of: origin) == "localhost"
        }
    }

    /// Whether pages of this origin may ask for passkeys of `rpId`: it is their domain, or a parent of it (WebAuthn
    /// Level 3, §5.1.4.2; public suffixes are not excluded).
    func mayUse(rpId: String) -> Bool {
        let host =
            switch self {
            case .exactly(let text): Self.host(of: text) ?? ""
            case .localhostAtAnyPort: "localhost"
            }
        return host == rpId || host.hasSuffix(".\(rpId)")
    }

    /// An origin that is accepted.
    var example: String {
        switch self {
        case .exactly(let text): text
        case .localhostAtAnyPort: "http://localhost"
        }
    }

    private static func host(of text: String) -> String? {
        guard let scheme = ["https://", "http://"].first(where: { text.hasPrefix($0) }) else { return nil }
        let parts = text.dropFirst(scheme.count).split(separator: ":", omittingEmptySubsequences: false)
        guard let host = parts.first, RelyingParty.isIdentifier(String(host)), parts.count <= 2 else { return nil }
        return parts.count == 1 || isPort(parts[1]) ? String(host) : nil
    }

    /// Whether the text is a port as a browser writes it: no sign, no leading zero. `UInt16` alone would accept "+80"
    /// too.
    private static func isPort(_ text: Substring) -> Bool {
        text.utf8.allSatisfy { (0x30...0x39).contains($0) } && text.first != "0" && UInt16(text) != nil
    }
}
