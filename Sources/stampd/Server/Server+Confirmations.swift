// SPDX-License-Identifier: Apache-2.0
import SignerCore
import Varlink

/// Handles connections whose stamps wait for a confirmation.
extension Server {
    /// Answers the stamps whose wait is over. Runs once at the end of each turn of the loop.
    func concludeConfirmations() {
        guard !handler.unsent.isEmpty else { return }
        for ended in handler.takeEndedConfirmations() {
            guard let connection = connections[ended.stamp.wanted.connection] else { continue }
            conclude(ended, on: connection)
        }
        publishEvents()
    }

    private func conclude(_ ended: EndedConfirmation, on connection: Connection) {
        connection.flow.endConfirming(at: .now)
        var input = connection.takeInput()
        var replies = JSONWriter()
        // The stamp's message is still the first in the buffer.
        if case .message(let range) = connection.scanner.next(in: input.bytes) {
            handler.conclude(ended, input.bytes.extracting(range), from: connection.peer, to: &replies)
        }
        input.removeFirst(connection.scanner.takeConsumedByteCount())
        connection.giveBack(&input)
        settle(connection, hasMore: true, consumed: true, sending: replies.bytes)
    }

    /// Ends the confirmation of a peer that the authorization rules no longer serve, and answers its stamp.
    func refuseConfirming(_ connection: Connection) {
        handler.abandonConfirmation(of: connection.id)
        settle(connection, hasMore: true, consumed: false, sending: [])
    }
}
