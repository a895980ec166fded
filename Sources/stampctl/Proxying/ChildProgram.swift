// SPDX-License-Identifier: Apache-2.0
import CLinux
import Foundation
import Glibc
import Signals
import Synchronization

/// Runs a program that shares this process's terminal, streams and process group, and receives the signals that this
/// process receives.
enum ChildProgram {
    enum Ending: Sendable {
        case exited(CInt)
        case killed(by: CInt)
    }

    private static let passedSignals = [SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGUSR1, SIGUSR2]
    /// Signals that this process ignores for its own sake: NIO ignores SIGPIPE.
    private static let ownSignals = [SIGPIPE]
    /// Signals for which Swift's runtime would inspect a dying process for a long time, and print what it finds.
    private static let crashSignals = [SIGILL, SIGTRAP, SIGABRT, SIGBUS, SIGFPE, SIGSEGV, SIGSYS]

    /// Runs the program to its end, with the descriptors that were passed to this process and none of its own, since
    /// there the proxy's port would outlive the proxy. If this process ends first, the kernel kills the program.
    ///
    /// - Throws: `Failure` if the program cannot be executed.
    static func run(
        _ command: [String],
        _ environment: [String: String],
        _ passed: PassedDescriptors
    ) async throws(Failure) -> Ending {
        for number in crashSignals { signal(number, SIG_DFL) }
        let child = Child()
        let caught = try passSignals(to: child)
        let result: Result<Ending, StartFault> = await withCheckedContinuation { continuation in
            // PR_SET_PDEATHSIG depends on the thread that forks, so this thread lives as long as the child.
            Thread.detachNewThread { continuation.resume(returning: child.run(command, environment, caught, passed)) }
        }
        switch result {
        case .success(let ending): return ending
        case .failure(let fault):
            throw Failure("cannot execute \(command[0]): \(describe(fault.code))", status: .wrongUsage)
        }
    }

    /// Passes signals on, also those that come before the child exists. Returns the signals that are at their default
    /// in the child, one bit each.
    private static func passSignals(to child: Child) throws(Failure) -> UInt64 {
        let passed = passedSignals.filter { !CaughtSignal.isIgnored($0) }
        _ = try Interruption.catching(passed) { number, isFromKernel in
            // The terminal sends signals for its keys to the whole group, which includes the child.
            guard !isFromKernel || ![SIGINT, SIGQUIT].contains(number) else { return }
            child.pass(number)
        }
        return (passed + ownSignals).reduce(0) { $0 | 1 << UInt64($1 - 1) }
    }
}

private struct StartFault: Error {
    let code: CInt
}

/// The child process, from its start to its end.
private final class Child: Sendable {
    private struct State {
        var process: pid_t?
        /// The signals that came before the process existed.
        var early: [CInt] = []
    }

    private let state = Mutex(State())

    func pass(_ number: CInt) {
        state.withLock { state in
            if let process = state.process { kill(process, number) } else { state.early.append(number) }
        }
    }

    func run(
        _ command: [String],
        _ environment: [String: String],
        _ caught: UInt64,
        _ passed: PassedDescriptors
    ) -> Result<ChildProgram.Ending, StartFault> {
        let started = unsafe withCStrings(command) { arguments in
            unsafe withCStrings(environment.map { "\($0)=\($1)" }) { variables in
                unsafe CLinuxStartChild(arguments, variables, caught, passed.numbers, passed.numbers.count)
            }
        }
        guard started > 0 else { return .failure(StartFault(code: errno)) }
        state.withLock { state in
            state.process = started
            for number in state.early { kill(started, number) }
        }
        return .success(wait(for: started))
    }

    /// Waits for the process. Its id stays its own until then, and no signal is sent to it afterwards.
    private func wait(for process: pid_t) -> ChildProgram.Ending {
        var information = unsafe siginfo_t()
        while unsafe waitid(P_PID, id_t(process), &information, WEXITED | WNOWAIT) != 0, errno == EINTR {}
        return state.withLock { state in
            state.process = nil
            var status: CInt = 0
            while unsafe waitpid(process, &status, 0) < 0, errno == EINTR {}
            let number = status & 0x7F
            return number == 0 ? .exited(status >> 8 & 0xFF) : .killed(by: number)
        }
    }
}

/// Lends an array of C strings that ends with a null pointer to `body`.
private func withCStrings<Result>(
    _ texts: [String],
    _ body: (UnsafePointer<UnsafeMutablePointer<CChar>?>) -> Result
) -> Result {
    let copies = unsafe texts.map { unsafe strdup($0) }
    defer { for index in unsafe copies.indices { unsafe free(copies[index]) } }
    return unsafe (copies + [nil]).withUnsafeBufferPointer { pointers in
        // The array has at least one element.
        unsafe body(pointers.baseAddress.unsafelyUnwrapped)
    }
}
