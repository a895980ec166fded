// SPDX-License-Identifier: Apache-2.0
import AsyncHTTPClient
import Foundation
import Glibc
import Passkeys
import Printing

/// Finds the proxy that the environment names for an API: `https_proxy`, else `HTTPS_PROXY`, else `all_proxy` and
/// `ALL_PROXY`; none for hosts that `no_proxy`, else `NO_PROXY`, lists, and none for this machine.
///
/// An empty variable counts as not set. `http_proxy` is not used, because http goes to this machine alone.
package enum ProxyRules {
    private static let proxyVariables = ["https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"]

    /// Finds the proxy for a URL.
    ///
    /// - Throws: `.configuration(.unusableProxy)` for anything but `http://[USER:PASSWORD@]HOST[:PORT]`, with or
    ///   without its scheme. A proxy that is named but unusable is not bypassed.
    static func find(
        for url: APIBaseURL,
        in environment: [String: String]
    ) throws(TurnkeyError) -> HTTPClient.Configuration.Proxy? {
        guard let parts = URLComponents(string: url.text), parts.scheme == "https", let host = parts.host,
            !isOwn(host, isLoopback: url.isLoopback),
            let variable = proxyVariables.first(where: { environment[$0].map { !$0.isEmpty } ?? false })
        else { return nil }
        let exceptions = ["no_proxy", "NO_PROXY"].compactMap { environment[$0] }.first { !$0.isEmpty } ?? ""
        // An internationalised name may be listed as it is written, or as it is looked up (RFC 5891).
        let names = [host, parts.encodedHost ?? host]
        guard !names.contains(where: { isListed($0, port: parts.port ?? 443, exceptions) }) else { return nil }
        guard let proxy = read(environment[variable] ?? "") else {
            throw .configuration(.unusableProxy(variable: variable))
        }
        return proxy
    }

    /// Returns the address of the proxy that `find` finds, without user and password: `HOST:PORT`.
    ///
    /// - Throws: As `find`.
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
        // With or without the dot at the end of a full name (RFC 1034 §3.1).
        let name = host.lowercased().trimmingCharacters(in: CharacterSet(charactersIn: "."))
        return isLoopback || NetworkAddress(name)?.isLoopback ?? ".\(name)".hasSuffix(".localhost")
    }

    /// Whether the list contains the host. A name matches itself and all names below it, with or without a dot before
    /// it; an address may be a network (`10.0.0.0/8`); `:PORT` restricts an entry to that port; `*` matches everything.
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
        // A numeric address is not below a name.
        guard address == nil else { return false }
        let suffix = String(pattern).trimmingCharacters(in: CharacterSet(charactersIn: "*."))
        return !suffix.isEmpty && (name == suffix || name.hasSuffix("." + suffix))
    }
}

/// An IP address of 4 or 16 bytes, in network order. An IPv4-mapped IPv6 address becomes the IPv4 address (RFC 4291
/// §2.5.5.2).
struct NetworkAddress: Hashable {
    let bytes: [UInt8]

    private static let mapped = [UInt8](repeating: 0, count: 10) + [0xFF, 0xFF]

    /// Reads what inet_pton(3) does, and an IPv6 address in brackets.
    init?(_ text: String) {
        let bare = text.hasPrefix("[") && text.hasSuffix("]") ? String(text.dropFirst().dropLast()) : text
        for (family, size) in [(AF_INET, 4), (AF_INET6, 16)] {
            var bytes = [UInt8](repeating: 0, count: size)
            if unsafe inet_pton(family, bare, &bytes) == 1 {
                self.bytes = bytes.starts(with: Self.mapped) ? Array(bytes.suffix(4)) : bytes
                return
            }
        }
        return nil
    }

    /// Whether the address is in 127.0.0.0/8, or ::1.
    var isLoopback: Bool {
        bytes.count == 4 ? bytes[0] == 127 : bytes.dropLast().allSatisfy { $0 == 0 } && bytes[15] == 1
    }
}

/// A network: the addresses with a common prefix (RFC 4632 §3.1). A single address is one of full length.
private struct Network {
    private let address: NetworkAddress
    private let prefixBits: Int

    init?(_ text: String) {
        let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard let address = NetworkAddress(String(parts[0])) else { return nil }
        let allBits = address.bytes.count * 8
        let bits = parts.count == 1 ? allBits : Int(spelled: parts[1])
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
