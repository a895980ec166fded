// SPDX-License-Identifier: Apache-2.0
import CLinux
import Glibc

/// A program that this process started. It is killed when this value ends, if it still runs.
struct Child: ~Copyable {
    private var pid: pid_t = 0
    private var hasEnded = false

    /// Starts a program with an empty environment, these two descriptors, and this process's standard error.
    ///
    /// - Parameters:
    ///   - arguments: The arguments; the first is the program's path.
    ///   - standardInput: A descriptor. The caller closes both descriptors.
    ///   - standardOutput: A descriptor.
    /// - Throws: `.system` if it cannot be started.
    init(_ arguments: [String], standardInput: CInt, standardOutput: CInt) throws(EvidenceFault) {
        var actions = unsafe posix_spawn_file_actions_t()
        unsafe posix_spawn_file_actions_init(&actions)
        defer { unsafe posix_spawn_file_actions_destroy(&actions) }
        unsafe posix_spawn_file_actions_adddup2(&actions, standardInput, STDIN_FILENO)
        unsafe posix_spawn_file_actions_adddup2(&actions, standardOutput, STDOUT_FILENO)
        var words = unsafe arguments.map { unsafe strdup($0) } + [nil]
        defer { for index in unsafe words.indices { unsafe free(words[index]) } }
        var none: [UnsafeMutablePointer<CChar>?] = unsafe [nil]
        let code = unsafe posix_spawn(&pid, arguments[0], &actions, nil, &words, &none)
        guard code == 0 else {
            hasEnded = true
            throw .system(SystemFault(call: arguments[0], code: code))
        }
    }

    deinit {
        guard !hasEnded else { return }
        kill(pid, SIGKILL)
        waitpid(pid, nil, 0)
    }

    /// Waits for its end, and returns its exit status, or 128 plus the number of the signal that ended it.
    mutating func wait(by deadline: Deadline) throws(EvidenceFault) -> CInt {
        // This process has not waited for it yet, so the number is still the child's.
        let process = CLinuxOpenProcess(pid)
        guard process >= 0 else { throw .system(SystemFault(call: "pidfd_open", code: errno)) }
        defer { close(process) }
        try deadline.wait(for: process, POLLIN, .signature)
        var status: CInt = 0
        while unsafe waitpid(pid, &status, 0) < 0, errno == EINTR {}
        hasEnded = true
        let signal = status & 0x7F
        return signal == 0 ? status >> 8 & 0xFF : 128 + signal
    }
}
