// SPDX-License-Identifier: Apache-2.0
import Varlink

/// What both clients do their calls with: one door of one frame.
struct Caller: Sendable {
    let dialer: Dialer
    let connection: Connection
    let sessionKeys = SessionKeys()

    init(_ address: FrameAddress, _ door: Door, deadline: Duration, restartPatience: Duration) {
        dialer = Dialer(address: address, door: door, deadline: deadline)
        connection = Connection(dialer: dialer, deadline: deadline, restartPatience: restartPatience)
    }

    func call<Answer: Decodable>(
        _ method: Method,
        _ parameters: some Encodable,
        _ answer: Answer.Type
    ) async throws(StampError) -> Answer {
        try await exchange(method, parameters).read(answer)
    }

    func call(_ method: Method, _ parameters: some Encodable) async throws(StampError) {
        try await exchange(method, parameters).readNothing()
    }

    private func exchange(_ method: Method, _ parameters: some Encodable) async throws(StampError) -> ReplyMessage {
        let message = try CallMessage(method: method.fullName, parameters: parameters).makeMessage()
        let reply = try await connection.call(method, message)
        do throws(StampError) {
            let message = try ReplyMessage(reply)
            guard !message.continues else {
                throw .protocolViolation(detail: "a stream of replies to \(method.fullName)")
            }
            return message
        } catch {
            // Whoever speaks no JSON, or answers more than asked, has lost the order of replies too.
            await connection.close()
            throw error
        }
    }
}
