// SPDX-License-Identifier: Apache-2.0
import Foundation
import Glibc
import StampClient
import TurnkeyClient

/// The checks that ask no other process: the environment, the files, and the resources that the system gives this
/// process.
struct LocalChecks: Sendable {
    let environment: [String: String]
    /// The API's address; `nil` if it is unknown.
    let api: APIBaseURL?

    var looks: [@Sendable () async -> Finding] {
        [examineVariables, examineRuntimeDirectory, examineFiles, examineCertificates, examineProxy, examineLimits]
    }

    /// The variables that this program and its libraries read.
    private static let prefixes = ["TURNKEY_", "STAMPD_", "XDG_", "SSL_CERT_"]
    private static let proxyVariables = [
        "HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy", "NO_PROXY", "no_proxy",
    ]

    @Sendable private func examineVariables() async -> Finding {
        let names = environment.keys.filter { name in
            Self.prefixes.contains(where: name.hasPrefix) || Self.proxyVariables.contains(name)
        }
        let odd = names.filter { hasOddCharacter(environment[$0] ?? "") }.sorted()
        guard odd.isEmpty else {
            return .wrong(
                "environment",
                "white space or a control character at an end of \(odd.joined(separator: ", "))",
                "set it anew without: a file with Windows's line ends leaves a CR, which tr -d '\\r' takes away"
            )
        }
        return .good("environment", "\(names.count) variables that count here")
    }

    private func hasOddCharacter(_ value: String) -> Bool {
        value.unicodeScalars.contains { $0.properties.generalCategory == .control }
            || value.trimmingCharacters(in: .whitespacesAndNewlines) != value
    }

    @Sendable private func examineRuntimeDirectory() async -> Finding {
        switch RuntimeDirectory.findFault(environment) {
        case nil: .good("runtime dir", "\(environment["XDG_RUNTIME_DIR"] ?? ""), this user's own")
        case .unset?: .good("runtime dir", "XDG_RUNTIME_DIR is not set: a frame of your own is not looked for")
        case let fault?:
            .wrong(
                "runtime dir",
                fault.message,
                "log in as this user (su -, machinectl shell), or unset XDG_RUNTIME_DIR"
            )
        }
    }

    @Sendable private func examineFiles() async -> Finding {
        let kinds: [(BaseDirectory, mask: mode_t, word: String)] = [
            (.configuration, 0o022, "chmod go-w"), (.state, 0o077, "chmod go="),
        ]
        var count = 0
        for (kind, mask, word) in kinds {
            guard let directory = try? kind.path(environment) else { continue }
            // For root too: a read-only file system is read-only for all users.
            if kind == .state, unsafe access(directory, F_OK) == 0, unsafe access(directory, W_OK) != 0 {
                let reason = describe(errno)
                return .wrong("files", "\(directory) cannot be written: \(reason)", "a login stores its session there")
            }
            let names = (try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? []
            for path in [directory] + names.filter({ $0.hasSuffix(".json") }).sorted().map({ "\(directory)/\($0)" }) {
                var status = stat()
                guard unsafe stat(path, &status) == 0 else { continue }
                count += 1
                guard status.st_uid == geteuid() || status.st_uid == 0 && kind == .configuration else {
                    return .wrong("files", "\(path) belongs to user \(status.st_uid)", "give it back with chown")
                }
                guard status.st_mode & mask == 0 else {
                    let mode = String(status.st_mode & 0o7777, radix: 8)
                    return .wrong("files", "\(path) is open to others (mode \(mode))", "\(word) \(path)")
                }
            }
        }
        return .good("files", count == 0 ? "none yet" : "\(count) of configuration and state, closed to other users")
    }

    @Sendable private func examineCertificates() async -> Finding {
        guard let api, api.text.hasPrefix("https:") else { return .good("certificates", "not needed for this API") }
        do throws(TurnkeyError) {
            let count = try TrustedCertificates.count(environment)
            guard count > 0 else {
                return .wrong(
                    "certificates",
                    "no CA certificates are here",
                    "install ca-certificates, or set SSL_CERT_FILE"
                )
            }
            let variables = ["SSL_CERT_FILE", "SSL_CERT_DIR"].filter { environment[$0].map { !$0.isEmpty } ?? false }
            let place = variables.isEmpty ? "the system's" : "of \(variables.joined(separator: " and ")) alone"
            return .good("certificates", "\(count) are trusted, \(place)")
        } catch {
            return .wrong("certificates", error.message, error.hint)
        }
    }

    @Sendable private func examineProxy() async -> Finding {
        let set = Self.proxyVariables.compactMap { name in
            environment[name].flatMap { $0.isEmpty ? nil : (name: name, value: $0) }
        }
        for (name, value) in set where !name.lowercased().hasPrefix("no_") {
            let host = URLComponents(string: value.contains("://") ? value : "http://\(value)")?.host ?? ""
            guard !host.isEmpty else {
                let hint = "set it to http://HOST:PORT"
                return .wrong("proxy", "\(name) is no address of a proxy: \(withoutPassword(value))", hint)
            }
        }
        let shown = set.map { "\($0.name)=\(withoutPassword($0.value))" }.joined(separator: " ")
        guard !shown.isEmpty else { return .good("proxy", "no variable names one") }
        guard let api else { return .good("proxy", shown) }
        do throws(TurnkeyError) {
            let address = try ProxyRules.findAddress(for: api, in: environment)
            return .good("proxy", "\(address.map { "\($0) is asked" } ?? "none is asked for this API") (\(shown))")
        } catch {
            return .wrong("proxy", error.message, error.hint)
        }
    }

    /// The fewest descriptors and threads with which every command works.
    private static let fewest: UInt64 = 64

    @Sendable private func examineLimits() async -> Finding {
        let descriptors = readLimit(RLIMIT_NOFILE)
        guard descriptors >= Self.fewest else {
            return .wrong("limits", "only \(descriptors) descriptors are allowed", "ulimit -n 256")
        }
        let threads = min(readLimit(__RLIMIT_NPROC), readGroupLimit() ?? .max)
        // Root is not subject to RLIMIT_NPROC (getrlimit(2)), only to its control group's limit.
        let held = geteuid() == 0 ? readGroupLimit() ?? .max : threads
        guard held >= Self.fewest else {
            return .wrong("limits", "only \(held) threads are allowed", "ulimit -u, or TasksMax= of the unit")
        }
        let words = [("descriptors", descriptors), ("threads", held)].map { name, count in
            count >= UInt64(Int64.max) ? "any number of \(name)" : "\(count) \(name)"
        }
        return .good("limits", words.joined(separator: ", "))
    }

    private func readLimit(_ resource: __rlimit_resource) -> UInt64 {
        var limit = rlimit()
        return unsafe getrlimit(__rlimit_resource_t(resource.rawValue), &limit) == 0 ? UInt64(limit.rlim_cur) : .max
    }

    /// Reads how many more tasks this process's control group (cgroups(7), version 2) allows; `nil` without a limit.
    private func readGroupLimit() -> UInt64? {
        func read(_ path: String) -> String? {
            FileManager.default.contents(atPath: path)
                .map { String(decoding: $0, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines) }
        }
        guard let group = read("/proc/self/cgroup")?.split(separator: "\n").first(where: { $0.hasPrefix("0::/") }),
            case let directory = "/sys/fs/cgroup\(group.dropFirst(3))",
            let maximum = read("\(directory)/pids.max").flatMap({ UInt64($0) }),
            let current = read("\(directory)/pids.current").flatMap({ UInt64($0) })
        else { return nil }
        return maximum > current ? maximum - current : 0
    }
}
