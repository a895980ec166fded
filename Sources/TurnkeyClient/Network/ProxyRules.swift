// SPDX-License-Identifier: Apache-2.0
import AsyncHTTPClient
import Foundation
import Glibc

/// Which proxy the environment names for an API: `https_proxy`, else `HTTPS_PROXY`, else `all_proxy` and `ALL_PROXY`; none
/// for what `no_proxy`, else `NO_PROXY`, lists, and none for this machine.
///
/// An empty variable is none. `http_proxy` plays no part: http goes to this machine alone.
package enum ProxyRules {
    private static let proxyVariables = ["https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"]

    /// - Throws: `.configuration(.unusableProxy)` for anything but `http://[USER:PASSWORD@]HOST[:PORT]`, also without its
    ///   scheme: a proxy that is named and cannot be used is not gone around.
    static func find(
        for url: APIBaseURL,
        in environment: [String: String]
    ) throws(TurnkeyError) -> HTTPClient.Configuration.Proxy? {
        guard let parts = URLComponents(string: url.text), parts.scheme == "https", let host = parts.host,
            !isOwn(host, isLoopback: url.isLoopback),
            let variable = proxyVariables.first(where: { environment[$0].map { !$0.isEmpty } ?? false })
        else { return nil }
        let exceptions = ["no_proxy", "NO_PROXY"].compactMap { environment[$0] }.first { !$0.isEmpty } ?? ""
        // A name in other letters may be listed as it is, or as it is asked for (RFC 5891).
        let names = [host, parts.encodedHost ?? host]
        guard !names.contains(where: { isListed($0, port: parts.port ?? 443, exceptions) }) else { return nil }
        guard let proxy = read(environment[variable] ?? "") else {
            throw .configuration(.unusableProxy(variable: variable))
        }
        return proxy
    }

    /// Where the proxy is that `find` finds, without its user and password: `HOST:PORT`.
    ///
    /// - Throws: as `find`.
    package static func findAddress(
        for url: APIBaseURL,
        in environment: [String: String]
    ) throws(TurnkeyError) -> String? {
        try find(for: url, in: environment).map { proxy in
            let host = proxy.host.contains(":") ? "[\(proxy.host)]" : proxy.host
            return "\(host):\(proxy.port)"
        }
    }

    private static func read(_ text: String) -> HTTPClient.Configuration.Proxy? {
        let url = text.contains("://") ? text : "http://\(text)"
        guard let parts = URLComponents(string: url), parts.scheme?.lowercased() == "http", let host = parts.host,
            !host.isEmpty, ["", "/"].contains(parts.path), parts.query == nil, parts.fragment == nil,
            hasUsablePort(url)
        else { return nil }
        let name = host.hasPrefix("[") ? String(host.dropFirst().dropLast()) : host
        let authorization = parts.user.map {
            HTTPClient.Authorization.basic(username: $0, password: parts.password ?? "")
        }
        return .server(host: name, port: parts.port ?? 80, authorization: authorization)
    }

    private static func isOwn(_ host: String, isLoopback: Bool) -> Bool {
        isLoopback || NetworkAddress(host)?.isLoopback ?? host.lowercased().hasSuffix(".localhost")
    }

    /// Names stand for themselves and all below them, with or without a dot before them; addresses may be networks
    /// (`10.0.0.0/8`); `:PORT` behind a name or an address is for that port alone; `*` is everything.
    private static func isListed(_ host: String, port: Int, _ exceptions: String) -> Bool {
        let name = host.lowercased().trimmingCharacters(in: CharacterSet(charactersIn: "[]."))
        return exceptions.split { $0 == "," || $0.isWhitespace }.contains { entry in
            matches(String(entry).lowercased(), name, port)
        }
    }

    private static func matches(_ entry: String, _ name: String, _ port: Int) -> Bool {
        guard entry != "*" else { return true }
        let address = NetworkAddress(name)
        if let network = Network(entry) { return address.map { network.contains($0) } ?? false }
        var pattern = entry[...]
        if let colon = entry.lastIndex(of: ":"), let number = Port(entry[entry.index(after: colon)...]) {
            guard number.number == port else { return false }
            pattern = entry[..<colon]
        }
        if let network = Network(String(pattern)) { return address.map { network.contains($0) } ?? false }
        let suffix = String(pattern).trimmingCharacters(in: CharacterSet(charactersIn: "*."))
        return !suffix.isEmpty && (name == suffix || name.hasSuffix("." + suffix))
    }
}

/// An IP address of 4 or 16 bytes, in network order.
struct NetworkAddress: Hashable {
    let bytes: [UInt8]

    /// Takes what inet_pton(3) does, and an IPv6 address in brackets.
    init?(_ text: String) {
        let bare = text.hasPrefix("[") && text.hasSuffix("]") ? String(text.dropFirst().dropLast()) : text
        for (family, size) in [(AF_INET, 4), (AF_INET6, 16)] {
            var bytes = [UInt8](repeating: 0, count: size)
            if unsafe inet_pton(family, bare, &bytes) == 1 {
                self.bytes = bytes
                return
            }
        }
        return nil
    }

    /// 127.0.0.0/8 or ::1.
    var isLoopback: Bool {
        bytes.count == 4 ? bytes[0] == 127 : bytes.dropLast().allSatisfy { $0 == 0 } && bytes[15] == 1
    }
}

/// The addresses that begin as one does (RFC 4632 §3.1); a bare address is one of its own.
private struct Network {
    private let address: NetworkAddress
    private let prefixBits: Int

    init?(_ text: String) {
        let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard let address = NetworkAddress(String(parts[0])) else { return nil }
        let allBits = address.bytes.count * 8
        let isDecimal = parts.last?.utf8.allSatisfy { (0x30...0x39).contains($0) } ?? false
        let bits = parts.count == 1 ? allBits : isDecimal ? Int(parts[1]) : nil
        guard let bits, (0...allBits).contains(bits) else { return nil }
        (self.address, prefixBits) = (address, bits)
    }

    func contains(_ other: NetworkAddress) -> Bool {
        guard other.bytes.count == address.bytes.count else { return false }
        return (0..<prefixBits).allSatisfy { bit in
            (address.bytes[bit / 8] ^ other.bytes[bit / 8]) & (0x80 >> UInt8(bit % 8)) == 0
        }
    }
}
