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
            parts.user == nil, parts.password == nil, parts.query == nil, parts.fragment == nil
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
