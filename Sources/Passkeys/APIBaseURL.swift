// SPDX-License-Identifier: Apache-2.0
import Foundation

/// The base URL of an API: https, or http to this machine.
public struct APIBaseURL: Sendable, Hashable {
    /// The URL without a trailing slash.
    public let text: String
    /// Whether the host is `127.0.0.1`, `[::1]` or `localhost`, so that requests do not leave the machine.
    public let isLoopback: Bool

    /// Turnkey's own API.
    public static let turnkey = APIBaseURL(text: "https://api.turnkey.com", isLoopback: false)

    private init(text: String, isLoopback: Bool) {
        self.text = text
        self.isLoopback = isLoopback
    }

    /// Reads a URL.
    ///
    /// - Throws: ``BaseURLFault`` for another scheme, for http to another machine, for a path to which no end point can
    ///   be appended, and for a user, query or fragment.
    public init(_ text: String) throws(BaseURLFault) {
        guard let parts = URLComponents(string: text), let host = parts.host, !host.isEmpty,
            parts.user == nil, parts.password == nil, parts.query == nil, parts.fragment == nil,
            hasUsablePort(text)
        else { throw .notABaseURL(withoutPassword(text)) }
        let scheme = parts.scheme?.lowercased()
        isLoopback = ["127.0.0.1", "::1", "[::1]", "localhost"].contains(host.lowercased())
        guard scheme == "https" || (scheme == "http" && isLoopback) else { throw .notHTTPS(text) }
        guard !parts.path.contains("//"), !"\(parts.path)/".lowercased().contains("/public/v1/") else {
            throw .unusablePath(baseURL: text)
        }
        // The scheme is case-insensitive (RFC 3986 §3.1); code that compares origins expects lower case.
        let spelled = (scheme ?? "") + text.dropFirst(scheme?.count ?? 0)
        self.text = spelled.hasSuffix("/") ? String(spelled.dropLast()) : spelled
    }
}

/// The reasons to refuse a base URL.
public enum BaseURLFault: Error, Sendable, Hashable {
    /// The text is not a base URL: a scheme, a host, and maybe a port and a path.
    case notABaseURL(String)
    /// The URL is http to another machine; only https is allowed there.
    case notHTTPS(String)
    /// No end point can be appended to the URL's path: it has an empty part, or is an end point's own path.
    case unusablePath(baseURL: String)

    /// Says what was wrong, and with what; one line without a full stop. A password is left out.
    public var message: String {
        switch self {
        case .notABaseURL(let text): "not a base URL of scheme, host, port and path: \(text)"
        case .notHTTPS(let text): "only https, or http to this machine: \(text)"
        case .unusablePath(let text): "no end point can be put behind this base URL: \(text)"
        }
    }

    /// What to do about it; one line without a full stop.
    public var hint: String {
        switch self {
        case .notABaseURL:
            "give https://HOST, with a port or a path where the API has one, and without user, password, ? and #"
        case .notHTTPS: "give https://; http:// is for an API at localhost, 127.0.0.1 or [::1]"
        case .unusablePath: "leave out the doubled part of its path, and /public/v1: that is added to it"
        }
    }
}

/// A TCP port on which a server can listen.
package struct Port: Sendable, Hashable {
    /// The port's number.
    package let number: Int

    /// Reads 1 to 65535 in decimal digits without a leading zero; `nil` for other text.
    package init?(_ text: some StringProtocol) {
        guard (1...5).contains(text.utf8.count), text.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
            text.utf8.first != 0x30, let number = Int(text), number <= 65_535
        else { return nil }
        self.number = number
    }
}

/// Whether the URL's authority has no port, or one of 1 to 65535 in digits.
///
/// Checked in the text, because `URLComponents` drops a number that does not fit, and others take its lower 16 bits.
package func hasUsablePort(_ url: String) -> Bool {
    guard let scheme = url.firstRange(of: "://") else { return false }
    let authority = url[scheme.upperBound...].prefix { !["/", "?", "#"].contains($0) }
    let place = authority.lastIndex(of: "@").map { authority[$0...].dropFirst() } ?? authority
    let afterAddress = place.lastIndex(of: "]").map { place[$0...].dropFirst() } ?? place
    guard let colon = afterAddress.firstIndex(of: ":") else { return true }
    return Port(afterAddress[afterAddress.index(after: colon)...]) != nil
}
