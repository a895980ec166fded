// SPDX-License-Identifier: Apache-2.0
import Foundation

/// Where an API is: https, or http to this very machine.
public struct APIBaseURL: Sendable, Hashable {
    /// Without a trailing slash.
    public let text: String
    /// Whether it is `127.0.0.1`, `[::1]` or `localhost`: nothing that is sent there leaves the machine.
    public let isLoopback: Bool

    /// Turnkey's own.
    public static let turnkey = APIBaseURL(text: "https://api.turnkey.com", isLoopback: false)

    private init(text: String, isLoopback: Bool) {
        self.text = text
        self.isLoopback = isLoopback
    }

    /// - Throws: `.configuration` for another scheme, http to another machine, for anything besides scheme, host, port and
    ///   path (a stamp is good for whoever sees it), and for a path that no end point can be put behind.
    public init(_ text: String) throws(TurnkeyError) {
        guard let parts = URLComponents(string: text), let host = parts.host, !host.isEmpty,
            parts.user == nil, parts.password == nil, parts.query == nil, parts.fragment == nil,
            hasUsablePort(text)
        else { throw .configuration(.notABaseURL(withoutPassword(text))) }
        let scheme = parts.scheme?.lowercased()
        isLoopback = ["127.0.0.1", "::1", "[::1]", "localhost"].contains(host.lowercased())
        guard scheme == "https" || (scheme == "http" && isLoopback) else { throw .configuration(.notHTTPS(text)) }
        guard !parts.path.contains("//"), !"\(parts.path)/".lowercased().contains("/public/v1/") else {
            throw .configuration(.unusablePath(baseURL: text))
        }
        // A scheme is the same in either case (RFC 3986 §3.1); whoever compares origins knows the lower.
        let spelled = (scheme ?? "") + text.dropFirst(scheme?.count ?? 0)
        self.text = spelled.hasSuffix("/") ? String(spelled.dropLast()) : spelled
    }
}

/// A TCP port that something can listen at.
struct Port: Sendable, Hashable {
    let number: Int

    /// `nil` for anything but 1 to 65535 in decimal digits, without a zero before them.
    init?(_ text: some StringProtocol) {
        guard (1...5).contains(text.utf8.count), text.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
            text.utf8.first != 0x30, let number = Int(text), number <= 65_535
        else { return nil }
        self.number = number
    }
}

/// Whether the URL's authority has no port, or one of 1 to 65535 in digits.
///
/// By the text: a number that does not fit is no port to `URLComponents`, and the one of its lower 16 bits to others.
package func hasUsablePort(_ url: String) -> Bool {
    guard let scheme = url.firstRange(of: "://") else { return false }
    let authority = url[scheme.upperBound...].prefix { !["/", "?", "#"].contains($0) }
    let place = authority.lastIndex(of: "@").map { authority[$0...].dropFirst() } ?? authority
    let afterAddress = place.lastIndex(of: "]").map { place[$0...].dropFirst() } ?? place
    guard let colon = afterAddress.firstIndex(of: ":") else { return true }
    return Port(afterAddress[afterAddress.index(after: colon)...]) != nil
}
