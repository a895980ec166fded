// SPDX-License-Identifier: Apache-2.0
import SignerCore
import Varlink

/// Connections that a stamp holds which waits for a confirmation.
extension Server {
    /// Answers the stamps that wait no more: at the end of each turn of the loop, which every answer and every end is in.
    func concludeConfirmations() {
        for ended in handler.takeEndedConfirmations() {
            guard let connection = connections[ended.stamp.wanted.connection] else { continue }
            conclude(ended, on: connection)
        }
        publishEvents()
    }

    private func conclude(_ ended: EndedConfirmation, on connection: Connection) {
        connection.flow.endConfirming(at: .now)
        var input = InputBuffer()
        swap(&input, &connection.input)
        var replies = JSONWriter()
        // The stamp's message stands first, as it came.
        if case .message(let range) = connection.scanner.next(in: input.bytes) {
            handler.conclude(ended, input.bytes.extracting(range), from: connection.peer, to: &replies)
        }
        input.removeFirst(connection.scanner.takeConsumedByteCount())
        swap(&input, &connection.input)
        settle(connection, hasMore: true, consumed: true, sending: replies.bytes)
    }

    /// The rules of who is served do not let the connection's peer in any more: its stamp, which waits, is told so.
    func refuseConfirming(_ connection: Connection) {
        handler.abandonConfirmation(of: connection.id)
        settle(connection, hasMore: true, consumed: false, sending: [])
    }
}
