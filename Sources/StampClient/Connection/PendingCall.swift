// SPDX-License-Identifier: Apache-2.0
import NIOCore
import Varlink

/// A call that is not answered yet, owned by one connection.
///
/// If its caller has left (deadline, cancellation), the call stays in line, because its reply will still come and must
/// be skipped in its turn.
final class PendingCall {
    typealias Outcome = Result<ByteBuffer, StampError>

    let id: UInt64
    let method: Method
    let message: ByteBuffer
    /// How often its bytes were written to a socket: at most twice.
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

    /// Whether the call may go out over a new connection: it was never sent, or sent once and may be repeated.
    var mayBeSent: Bool { writes == 0 || (writes == 1 && method.traits.isRepeatable) }

    /// Gives the caller its outcome. Only the first one counts.
    func finish(_ outcome: Outcome) {
        alarm?.cancel()
        alarm = nil
        caller?.resume(returning: outcome)
        caller = nil
    }
}
