// SPDX-License-Identifier: Apache-2.0
import CLinux
import Dispatch
import Glibc

/// Runs a program to its end, without a shell, and kills it where it takes too long.
enum ChildRun {
    enum Fault: Error, Sendable, Equatable {
        /// The program cannot be executed, by this error number.
        case notStarted(CInt)
        /// The program was killed at its deadline.
        case tooLate
        case cancelled
    }

    /// Where the program's standard streams lead.
    enum Streams: Sendable {
        /// Standard input is this file; output and errors are dropped.
        case quiet(inputPath: String)
        /// Standard input is empty; output and errors go to this process's standard error.
        case shared
    }

    /// Runs the program `arguments[0]`, which is looked up in PATH, with this process's environment.
    ///
    /// - Returns: its exit status; 128 and the signal's number where a signal ended it.
    static func run(
        _ arguments: [String],
        _ streams: Streams,
        deadline: Duration
    ) async throws(Fault) -> CInt {
        let end = ContinuousClock.now + deadline
        let process = try start(arguments, streams)
        // The child's number is no other process's until it has been waited for.
        let result = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                DispatchQueue.global().async { continuation.resume(returning: wait(for: process, until: end)) }
            }
        } onCancel: {
            process.kill()
        }
        if Task.isCancelled { throw .cancelled }
        return try result.get()
    }

    private static func start(_ arguments: [String], _ streams: Streams) throws(Fault) -> RunningChild {
        var actions = unsafe posix_spawn_file_actions_t()
        unsafe posix_spawn_file_actions_init(&actions)
        defer { unsafe posix_spawn_file_actions_destroy(&actions) }
        switch streams {
        case .quiet(let input):
            unsafe posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, input, O_RDONLY, 0)
            unsafe posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0)
            unsafe posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0)
        case .shared:
            unsafe posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
            unsafe posix_spawn_file_actions_adddup2(&actions, STDERR_FILENO, STDOUT_FILENO)
        }
        var process: pid_t = 0
        let copies = unsafe arguments.map { unsafe strdup($0) }
        defer { for index in unsafe copies.indices { unsafe free(copies[index]) } }
        let code = unsafe posix_spawnp(
            &process,
            arguments[0],
            &actions,
            nil,
            copies + [nil],
            CLinuxEnvironment()
        )
        guard code == 0 else { throw .notStarted(code) }
        return RunningChild(process)
    }

    private static func wait(for child: RunningChild, until end: ContinuousClock.Instant) -> Result<CInt, Fault> {
        let isLate = !child.hasEnded(by: end)
        if isLate { child.kill() }
        let status = child.reap()
        guard !isLate else { return .failure(.tooLate) }
        let number = status & 0x7F
        return .success(number == 0 ? status >> 8 & 0xFF : 128 + number)
    }
}
