// SPDX-License-Identifier: Apache-2.0
import Foundation

/// A control group of a test's own (cgroup v2), beneath that of nobody: what a service manager makes for a unit.
final class ControlGroup {
    let path: String
    private let parents: [String]

    /// Where cgroup v2 is mounted; nil where it is not, or this process may not make groups.
    private static let mount: String? = {
        let mounts = (try? String(contentsOfFile: "/proc/self/mounts", encoding: .utf8)) ?? ""
        let fields = mounts.split(separator: "\n").map { $0.split(separator: " ") }
        guard let mount = fields.first(where: { $0.count > 2 && $0[2] == "cgroup2" })?[1] else { return nil }
        let probe = "\(mount)/stampd-test-probe-\(getpid())"
        guard mkdir(probe, 0o755) == 0 else { return nil }
        rmdir(probe)
        return String(mount)
    }()

    static var areMissing: Bool { mount == nil }

    /// - Parameter path: Its names, the first of them best a test's own.
    /// - Throws: Where it cannot be made.
    init(_ path: String) throws {
        guard let mount = Self.mount else { throw POSIXError(.EOPNOTSUPP) }
        var (parents, place) = ([String](), mount)
        for name in path.split(separator: "/") {
            place += "/\(name)"
            guard mkdir(place, 0o755) == 0 || errno == EEXIST else { throw POSIXError(.EACCES) }
            parents.append(place)
        }
        self.path = place
        self.parents = parents
    }

    deinit { for parent in parents.reversed() { rmdir(parent) } }

    /// Goes in front of a program, which then runs in it.
    var launcher: [String] { ["sh", "-c", #"echo $$ >"$0/cgroup.procs" && exec "$@""#, path] }
}
