// SPDX-License-Identifier: Apache-2.0
package import Foundation
import Printing

/// The hosts' keys: an allowed-signers file (ssh-keygen(1), ALLOWED SIGNERS) in which every principal is one host.
///
/// Lines with patterns, certificate authorities and unknown options are left out, and named: a key that stands for many hosts
/// could answer for each of them.
package struct AllowedSigners: Sendable {
    package static let namespace = "stampd-card@stampd.io"

    private struct Line: Sendable {
        let hosts: [HostName]
        let options: String?
        let key: SSHPublicKey
    }

    private let lines: [Line]
    private let hostsByKey: [Data: Set<HostName>]
    package let leftOut: [LeftOutLine]

    /// Reads each line of `text` by itself.
    package init(_ text: String) {
        var (lines, leftOut) = ([Line](), [LeftOutLine]())
        for (index, line) in SSHLines(text).enumerated() {
            let fields = line.split { $0 == " " || $0 == "\t" || $0 == "\r" }
            guard let first = fields.first, !first.hasPrefix("#") else { continue }
            switch Self.read(fields) {
            case .success(let line): lines.append(line)
            case .failure(let fault):
                leftOut.append(LeftOutLine(number: index + 1, name: fault.name, reason: fault.reason))
            }
        }
        (self.lines, self.leftOut) = (lines, leftOut)
        hostsByKey = Dictionary(lines.map { ($0.key.blob, Set($0.hosts)) }) { $0.union($1) }
    }

    /// Writes one line for each host and key, for this namespace alone.
    package static func write(_ entries: [KnownHosts.Entry]) -> String {
        entries.map { "\($0.host) namespaces=\"\(namespace)\" \($0.key.type) \($0.key.base64)\n" }.joined()
    }

    /// The lines that were understood, and no other, as `ssh-keygen` reads them.
    package var text: String {
        lines.map { line in
            let hosts = line.hosts.map(\.description).joined(separator: ",")
            return ([hosts] + [line.options].compactMap(\.self) + [line.key.type, line.key.base64])
                .joined(separator: " ") + "\n"
        }.joined()
    }

    package var isEmpty: Bool { lines.isEmpty }

    /// Returns the hosts whose key has this blob; none where it is no host's key.
    package func hosts(ofKey blob: Data) -> Set<HostName> { hostsByKey[blob] ?? [] }

    private struct Fault: Error {
        var name = ""
        let reason: LeftOutLine.Reason
    }

    private static func read(_ fields: [Substring]) -> Result<Line, Fault> {
        guard let (options, key) = readKey(fields) else { return .failure(Fault(reason: .malformed)) }
        if let options, let reason = checkOptions(options) { return .failure(Fault(reason: reason)) }
        var hosts: [HostName] = []
        for name in fields[0].split(separator: ",", omittingEmptySubsequences: false) {
            guard let host = HostName(name) else {
                let isPattern = name.contains { "*?".contains($0) }
                let reason: LeftOutLine.Reason = name.hasPrefix("!") ? .negated : isPattern ? .pattern : .name
                return .failure(Fault(name: String(name), reason: reason))
            }
            hosts.append(host)
        }
        return .success(Line(hosts: hosts, options: options, key: key))
    }

    private static func readKey(_ fields: [Substring]) -> (options: String?, key: SSHPublicKey)? {
        guard fields.count >= 3 else { return nil }
        if let key = SSHPublicKey(type: fields[1], base64: fields[2]) { return (nil, key) }
        guard fields.count >= 4, let key = SSHPublicKey(type: fields[2], base64: fields[3]) else { return nil }
        return (String(fields[1]), key)
    }

    /// Returns why the options leave a line out; `nil` where they only restrict the key, which `ssh-keygen` enforces.
    private static func checkOptions(_ text: String) -> LeftOutLine.Reason? {
        guard text.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else { return .malformed }
        guard !text.lowercased().contains("cert-authority") else { return .certificateAuthority }
        let known = /(namespaces|valid-after|valid-before)="[^"]*"(,(namespaces|valid-after|valid-before)="[^"]*")*/
        return (try? known.ignoresCase().wholeMatch(in: text)) == nil ? .option : nil
    }
}
