// SPDX-License-Identifier: Apache-2.0
import Printing

/// One member of an etcd cluster, as its clients reach it.
package struct EtcdEndpoint: Sendable, Hashable, CustomStringConvertible {
    /// IANA's port of etcd's clients.
    package static let defaultPort = 2_379

    /// A name, an IPv4 address, or an IPv6 address without its brackets; lower case.
    package let host: String
    package let port: Int
    package let isSecure: Bool

    /// Reads `HOST[:PORT]`, an IPv6 address in brackets.
    package init?(_ text: some StringProtocol, isSecure: Bool) {
        let parts = Self.split(String(text))
        guard let host = parts.host?.lowercased(), (1...253).contains(host.utf8.count) else { return nil }
        let isAddress = host.contains(":")
        let isSpelled = host.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."): true
            case UInt8(ascii: "-"), UInt8(ascii: "_"): !isAddress
            case UInt8(ascii: ":"): isAddress
            default: false
            }
        }
        guard isSpelled, host.first != "-", host.first != "." else { return nil }
        let spelled = parts.port.map { UInt16(spelled: $0) }
        guard let port = spelled ?? UInt16(Self.defaultPort), port > 0 else { return nil }
        (self.host, self.port, self.isSecure) = (host, Int(port), isSecure)
    }

    package var description: String { "\(host.contains(":") ? "[\(host)]" : host):\(port)" }

    /// `127.0.0.1`, `::1` or `localhost`.
    package var isLoopback: Bool { ["127.0.0.1", "::1", "localhost"].contains(host) }

    var url: String { "\(isSecure ? "https" : "http")://\(description)" }

    private static func split(_ text: String) -> (host: String?, port: String?) {
        if text.hasPrefix("[") {
            guard let end = text.firstIndex(of: "]") else { return (nil, nil) }
            let host = String(text[text.index(after: text.startIndex)..<end])
            let rest = text[text.index(after: end)...]
            guard host.contains(":"), rest.isEmpty || rest.first == ":" else { return (nil, nil) }
            return (host, rest.isEmpty ? nil : String(rest.dropFirst()))
        }
        let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2 else { return (text, nil) }
        // An IPv6 address without brackets has more colons: its port cannot be told from its end.
        return parts[1].contains(":") ? (nil, nil) : (String(parts[0]), String(parts[1]))
    }
}
