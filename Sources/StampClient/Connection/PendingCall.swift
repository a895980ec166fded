// SPDX-License-Identifier: Apache-2.0
import NIOCore
import Varlink

/// A call that has not been answered yet, owned by one connection.
///
/// Once its caller has left (deadline, cancellation) it stays in line without one: its reply is still to come, and is
/// skipped in its turn.
final class PendingCall {
    typealias Outcome = Result<ByteBuffer, StampError>

    let id: UInt64
    let method: Method
    let message: ByteBuffer
    /// How often its bytes have been handed to a socket: at most twice.
    var writes = 0
    /// Ends the call at its deadline.
    var alarm: Task<Void, Never>?
    private var caller: CheckedContinuation<Outcome, Never>?

    init(id: UInt64, method: Method, message: ByteBuffer, caller: CheckedContinuation<Outcome, Never>) {
        self.id = id
        self.method = method
        self.message = message
        self.caller = caller
    }

    var isAwaited: Bool { caller != nil }

    /// Whether it may go out over a new connection: never sent, or sent once and harmless to send again.
    var mayBeSent: Bool { writes == 0 || (writes == 1 && method.traits.isRepeatable) }

    /// Answers the caller, the first time; later outcomes are nobody's.
    func finish(_ outcome: Outcome) {
        alarm?.cancel()
        alarm = nil
        caller?.resume(returning: outcome)
        caller = nil
    }
}
