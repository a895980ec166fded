// SPDX-License-Identifier: Apache-2.0
import Foundation

/// A process of a test's, its output, and its end.
final class ChildProcess {
    enum Ending: Equatable {
        case exited(CInt)
        case killed(by: CInt)
    }

    let pid: pid_t
    let output: Collector
    let errors: Collector
    private let reaper: Reaper

    fileprivate static let spawning = NSRecursiveLock()

    /// - Parameters:
    ///   - arguments: The first is the program, looked for in PATH.
    ///   - environment: Beside PATH.
    ///   - passed: What it gets as descriptors 3, 4 and so on; each of 20 or more here.
    ///   - given: What it gets as standard error: the write end of a pipe of the caller's, or nil to collect it.
    /// - Throws: Why it could not be started.
    init(
        _ arguments: [String],
        environment: [String: String] = [:],
        passing passed: [CInt] = [],
        errors given: CInt? = nil
    ) throws {
        // One at a time: a pipe's ends may not slip into another child before they are closed on exec.
        Self.spawning.lock()
        defer { Self.spawning.unlock() }
        let (output, errors) = (try ChildPipe(), try ChildPipe())
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_adddup2(&actions, output.writeEnd, 1)
        posix_spawn_file_actions_adddup2(&actions, given ?? errors.writeEnd, 2)
        for (index, descriptor) in passed.enumerated() {
            posix_spawn_file_actions_adddup2(&actions, descriptor, CInt(3 + index))
        }
        // Nothing of this process's besides: a listening socket of another test's would not be closed with it.
        // Not addclosefrom_np(3), which Glibc's module hides.
        for descriptor in (3 + CInt(passed.count))..<min(1024, getdtablesize()) {
            posix_spawn_file_actions_addclose(&actions, descriptor)
        }
        // It starts with no signal blocked, whatever this thread blocks.
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var mask = sigset_t()
        sigemptyset(&mask)
        posix_spawnattr_setsigmask(&attributes, &mask)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))
        // It ends with this process, however that ends; but not where it becomes another user's.
        let arguments = ["setpriv", "--pdeathsig", "KILL", "--"] + arguments
        let environment = ["PATH": ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin"]
            .merging(environment) { $1 }
        let program = arguments[0]
        var pid: pid_t = 0
        let code = Self.withCStrings(arguments) { arguments in
            Self.withCStrings(environment.map { "\($0)=\($1)" }) { environment in
                LastingThread.run { posix_spawnp(&pid, program, &actions, &attributes, arguments, environment) }
            }
        }
        for pipe in [output, errors] { close(pipe.writeEnd) }
        self.pid = pid
        self.output = Collector(output.readEnd)
        self.errors = Collector(errors.readEnd)
        reaper = Reaper(code == 0 ? pid : nil)
        guard code == 0 else { throw POSIXError(POSIXErrorCode(rawValue: code) ?? .EINVAL) }
    }

    /// Waits for its end.
    func wait(within seconds: Double = patience) throws -> Ending { try reaper.wait(within: seconds) }

    var hasEnded: Bool { reaper.ending != nil }

    func send(_ signal: CInt) { reaper.send(signal) }

    /// Ends it whatever it does.
    func end() {
        guard !hasEnded else { return }
        send(SIGKILL)
        send(SIGCONT)
        _ = try? wait()
    }

    private static func withCStrings<Result>(
        _ strings: [String],
        _ body: ([UnsafeMutablePointer<CChar>?]) -> Result
    ) -> Result {
        let copies = strings.map { strdup($0) }
        defer { for copy in copies { free(copy) } }
        return body(copies + [nil])
    }
}

/// A pipe of a test's: neither end slips into another test's child.
struct ChildPipe {
    let readEnd: CInt
    let writeEnd: CInt

    init() throws {
        ChildProcess.spawning.lock()
        defer { ChildProcess.spawning.unlock() }
        var ends: [CInt] = [0, 0]
        guard pipe(&ends) == 0 else { throw POSIXError(.EMFILE) }
        // Above the numbers that a child's own descriptors get.
        readEnd = fcntl(ends[0], F_DUPFD_CLOEXEC, 20)
        writeEnd = fcntl(ends[1], F_DUPFD_CLOEXEC, 20)
        for end in ends { close(end) }
    }
}
