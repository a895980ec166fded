// SPDX-License-Identifier: Apache-2.0

/// The hosts of an OpenSSH known_hosts file (sshd(8), SSH_KNOWN_HOSTS FILE FORMAT), with their keys.
package struct KnownHosts: Sendable {
    /// One host's name, and one key of the host.
    package struct Entry: Sendable, Hashable {
        package let host: HostName
        package let key: SSHPublicKey
    }

    /// Sorted by host, then by key, each once.
    package private(set) var entries: [Entry]
    package private(set) var leftOut: [LeftOutLine]
    /// Keys that stand in lines with different names: each of these hosts can answer for the others.
    package private(set) var sharedKeys: [SSHPublicKey: [HostName]]

    /// Reads a known_hosts file.
    ///
    /// - Parameters:
    ///   - text: The file's text; each line is read by itself.
    ///   - port: The port of the hosts' own servers; names with another port are left out.
    package init(_ text: String, port: Int = 22) {
        var found: [(number: Int, names: [HostName], key: SSHPublicKey)] = []
        var revoked: Set<SSHPublicKey> = []
        leftOut = []
        for (index, line) in SSHLines(text).enumerated() {
            let number = index + 1
            switch Self.readLine(line) {
            case nil: continue
            case .revoked(let key):
                revoked.insert(key)
                leftOut.append(LeftOutLine(number: number, name: "", reason: .revoked))
            case .leftOut(let reason): leftOut.append(LeftOutLine(number: number, name: "", reason: reason))
            case .names(let names, let key):
                var hosts: [HostName] = []
                for name in names {
                    switch Self.readName(name, port) {
                    case .success(let host): hosts.append(host)
                    case .failure(let fault):
                        leftOut.append(LeftOutLine(number: number, name: String(name), reason: fault.reason))
                    }
                }
                if !hosts.isEmpty { found.append((number, hosts, key)) }
            }
        }
        for line in found where revoked.contains(line.key) {
            leftOut.append(LeftOutLine(number: line.number, name: line.names[0].description, reason: .revoked))
        }
        let good = found.filter { !revoked.contains($0.key) }
        entries = Set(good.flatMap { line in line.names.map { Entry(host: $0, key: line.key) } })
            .sorted { ($0.host, $0.key.type, $0.key.base64) < ($1.host, $1.key.type, $1.key.base64) }
        leftOut.sort { $0.number < $1.number }
        sharedKeys = Dictionary(grouping: good, by: \.key)
            .filter { Set($0.value.map(\.names)).count > 1 }
            .mapValues { lines in Set(lines.flatMap(\.names)).sorted() }
    }

    private enum Line {
        case names([Substring], SSHPublicKey)
        case revoked(SSHPublicKey)
        case leftOut(LeftOutLine.Reason)
    }

    private struct NameFault: Error {
        let reason: LeftOutLine.Reason
    }

    /// Reads a line; returns `nil` for a comment or an empty line.
    private static func readLine(_ line: Substring) -> Line? {
        var fields = line.split { $0 == " " || $0 == "\t" || $0 == "\r" }
        guard let first = fields.first, !first.hasPrefix("#") else { return nil }
        let marker = first.hasPrefix("@") ? fields.removeFirst() : nil
        guard fields.count >= 3, let key = SSHPublicKey(type: fields[1], base64: fields[2]) else {
            return .leftOut(.malformed)
        }
        switch marker {
        case nil: return .names(fields[0].split(separator: ",", omittingEmptySubsequences: false), key)
        case "@revoked": return .revoked(key)
        case "@cert-authority": return .leftOut(.certificateAuthority)
        default: return .leftOut(.malformed)
        }
    }

    private static func readName(_ name: Substring, _ port: Int) -> Result<HostName, NameFault> {
        func fault(_ reason: LeftOutLine.Reason) -> Result<HostName, NameFault> { .failure(NameFault(reason: reason)) }
        guard !name.hasPrefix("|") else { return fault(.hashed) }
        guard !name.hasPrefix("!") else { return fault(.negated) }
        guard !name.contains(where: { $0 == "*" || $0 == "?" }) else { return fault(.pattern) }
        var host = name
        var own = "22"
        if name.hasPrefix("["), let end = name.lastIndex(of: "]"), name[end...].hasPrefix("]:") {
            host = name[name.index(after: name.startIndex)..<end]
            own = String(name[end...].dropFirst(2))
        }
        guard own == "\(port)" else { return fault(.otherPort(own)) }
        // Names are compared as ssh(1) does it, which folds ASCII's letters alone.
        let folded = host.utf8.map { (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0) ? $0 | 0x20 : $0 }
        guard let name = HostName(String(decoding: folded, as: UTF8.self)) else { return fault(.name) }
        return .success(name)
    }
}
