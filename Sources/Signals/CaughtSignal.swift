// SPDX-License-Identifier: Apache-2.0
import CLinux
import Glibc
import Synchronization

/// A signal that calls a handler instead of having its default effect.
package struct CaughtSignal: Sendable {
    /// Gets the signal's number, and whether the kernel itself sent it, as for a terminal's key.
    package typealias Handler = @Sendable (_ number: CInt, _ isFromKernel: Bool) -> Void

    /// There is no pipe or no thread for signals; `code` is the errno.
    package struct Unavailable: Error {
        package let code: CInt
    }

    private let number: CInt

    /// Catches a signal, in place of what caught it before. Until this returns it keeps its effect, and from then on each
    /// one calls the handler. A dispatch source would not do: it begins to receive some time after it is resumed.
    ///
    /// - Parameters:
    ///   - number: The signal's number (signal(7)).
    ///   - handler: Is called on a thread of its own, which all signals share.
    /// - Throws: `Unavailable`, the first time alone.
    package init(_ number: CInt, _ handler: @escaping Handler) throws(Unavailable) {
        self.number = number
        try Self.state.withLock { (state) throws(Unavailable) in
            if state.pipe < 0 { state.pipe = try Self.startReader() }
            state.handlers[number] = handler
            _ = CLinuxNoteSignals(number, state.pipe)
        }
    }

    /// Gives the signal its default effect back.
    package func cancel() {
        Self.state.withLock { state in
            state.handlers[number] = nil
            signal(number, SIG_DFL)
        }
    }

    /// Whether this process ignores a signal. It does from its start on under nohup(1) and in a shell's background.
    package static func isIgnored(_ number: CInt) -> Bool {
        var action = sigaction()
        guard unsafe sigaction(number, nil, &action) == 0 else { return false }
        return unsafe unsafeBitCast(action.__sigaction_handler.sa_handler, to: Int.self)
            == unsafeBitCast(SIG_IGN, to: Int.self)
    }

    /// Ends this process by a signal at its default, not by an exit, because a shell's loop continues after a program
    /// that exits.
    package static func endProcess(by number: CInt) {
        signal(number, SIG_DFL)
        var mask = sigset_t()
        unsafe sigemptyset(&mask)
        unsafe sigaddset(&mask, number)
        unsafe pthread_sigmask(SIG_UNBLOCK, &mask, nil)
        raise(number)
    }
}

/// The pipe that the signals' handler writes to, and the thread that reads it.
extension CaughtSignal {
    private struct State {
        var handlers: [CInt: Handler] = [:]
        var pipe: CInt = -1
    }

    private static let state = Mutex(State())

    /// Returns the end of the pipe that is written to.
    private static func startReader() throws(Unavailable) -> CInt {
        var ends: [CInt] = [-1, -1]
        guard unsafe pipe2(&ends, O_CLOEXEC) == 0 else { throw Unavailable(code: errno) }
        // A signal handler must not block.
        _ = fcntl(ends[1], F_SETFL, O_NONBLOCK)
        var thread = pthread_t()
        let readEnd = unsafe UnsafeMutableRawPointer(bitPattern: Int(ends[0]))
        let code = unsafe pthread_create(
            &thread,
            nil,
            { end in unsafe CaughtSignal.read(CInt(Int(bitPattern: end))) },
            readEnd
        )
        guard code == 0 else {
            for end in ends { close(end) }
            throw Unavailable(code: code)
        }
        pthread_detach(thread)
        return ends[1]
    }

    /// Receives the signals on this thread, whatever others have blocked.
    private static func read(_ pipe: CInt) -> UnsafeMutableRawPointer? {
        var all = sigset_t()
        unsafe sigfillset(&all)
        unsafe pthread_sigmask(SIG_UNBLOCK, &all, nil)
        var note: [UInt8] = [0, 0]
        while true {
            let count = unsafe Glibc.read(pipe, &note, note.count)
            guard count == note.count || (count < 0 && errno == EINTR) else { return nil }
            if count == note.count { deliver(CInt(note[0]), isFromKernel: note[1] != 0) }
        }
    }

    private static func deliver(_ number: CInt, isFromKernel: Bool) {
        // One that came just before it was cancelled has its default effect.
        guard let handler = state.withLock({ $0.handlers[number] }) else { return endProcess(by: number) }
        handler(number, isFromKernel)
    }
}
