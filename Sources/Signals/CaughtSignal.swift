// SPDX-License-Identifier: Apache-2.0
import CLinux  // sigset_t, wherever a file of this module imports it
import Dispatch
import Glibc
import Synchronization

/// A signal that calls a handler instead of having its default effect.
package struct CaughtSignal: Sendable {
    private let number: CInt

    /// Catches a signal, in place of what caught it before. Until this returns it keeps its effect, and from then on each
    /// one calls the handler.
    ///
    /// - Parameters:
    ///   - number: The signal's number (signal(7)).
    ///   - handler: Gets the number, on a thread of dispatch's.
    package init(_ number: CInt, _ handler: @escaping @Sendable (CInt) -> Void) {
        self.number = number
        Self.caught.withLock { caught in
            if caught[number] == nil { caught[number] = Catch(source: Self.makeSource(number)) }
            caught[number]?.handler = handler
        }
    }

    /// Gives the signal its default effect back.
    package func cancel() { Self.caught.withLock { $0[number]?.handler = nil } }

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

    private struct Catch {
        let source: any DispatchSourceSignal
        var handler: (@Sendable (CInt) -> Void)?
    }

    /// The signals that were ever caught. A source is kept for the life of the process: one that follows a cancelled one
    /// on the same signal does not always receive it.
    private static let caught = Mutex<[CInt: Catch]>([:])

    /// Makes a source and waits until it receives the signal, which is some time after it is resumed. A program that
    /// ignored the signal in the meantime would lose it.
    private static func makeSource(_ number: CInt) -> any DispatchSourceSignal {
        let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
        source.setEventHandler {
            if let handler = caught.withLock({ $0[number]?.handler }) {
                handler(number)
            } else {
                endProcess(by: number)
            }
        }
        let isCaught = DispatchSemaphore(value: 0)
        source.setRegistrationHandler { isCaught.signal() }
        source.resume()
        isCaught.wait()
        return source
    }
}
