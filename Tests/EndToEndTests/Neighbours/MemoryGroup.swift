// SPDX-License-Identifier: Apache-2.0
import Foundation

/// A control group with a limit of memory, made by hand: of the memory controller, version 1 or 2.
final class MemoryGroup {
    let path: String
    private let isFirst: Bool

    private static let first = "/sys/fs/cgroup/memory"

    /// Where groups with a limit can be made; nil where they cannot.
    private static let parent: (path: String, isFirst: Bool)? = {
        let manager = FileManager.default
        let candidates = [(first, true), ("/sys/fs/cgroup", false)]
        return candidates.first { path, isFirst in
            let probe = "\(path)/stampd-test-probe-\(getpid())"
            guard mkdir(probe, 0o755) == 0 else { return false }
            defer { rmdir(probe) }
            return manager.fileExists(atPath: probe + (isFirst ? "/memory.limit_in_bytes" : "/memory.max"))
        }
    }()

    static var areMissing: Bool { parent == nil }

    init(limitBytes: Int) throws {
        guard let parent = Self.parent else { throw POSIXError(.EOPNOTSUPP) }
        isFirst = parent.isFirst
        path = "\(parent.path)/stampd-test-\(UUID().uuidString)"
        guard mkdir(path, 0o755) == 0 else { throw POSIXError(.EACCES) }
        try "\(limitBytes)".write(
            toFile: "\(path)/\(isFirst ? "memory.limit_in_bytes" : "memory.max")",
            atomically: false,
            encoding: .utf8
        )
    }

    deinit { rmdir(path) }

    /// The most that the group held at once, the kernel's buffers included.
    var peakMebibytes: Int {
        let file = isFirst ? "memory.max_usage_in_bytes" : "memory.peak"
        let text = (try? String(contentsOfFile: "\(path)/\(file)", encoding: .utf8)) ?? ""
        return (Int(text.trimmingCharacters(in: .whitespacesAndNewlines)) ?? 0) / 1_048_576
    }

    /// Goes in front of a program, which then runs in it.
    var launcher: [String] { ["sh", "-c", #"echo $$ >"$0/cgroup.procs" && exec "$@""#, path] }
}
