// SPDX-License-Identifier: Apache-2.0
import NIOCore
import Varlink

/// The state that all calls of a client share: one socket of one frame, its connection, and the keys expected there.
package struct Caller: Sendable {
    let dialer: Dialer
    let connection: Connection
    let sessionKeys = SessionKeys()

    init(_ address: FrameAddress, _ socket: SocketName, deadline: Duration, restartPatience: Duration) {
        dialer = Dialer(address: address, socket: socket, deadline: deadline)
        connection = Connection(dialer: dialer, deadline: deadline, restartPatience: restartPatience)
    }

    func call<Answer: Decodable>(
        _ method: Method,
        _ parameters: some Encodable,
        _ answer: Answer.Type
    ) async throws(StampError) -> Answer {
        try await exchange(method, parameters).read(answer)
    }

    /// Makes a call that may wait for a person's confirmation, over its own connection.
    ///
    /// It may take up to `patience`, as long as the frame reports waiting confirmations; otherwise it ends like any
    /// call. When the caller stops waiting, the connection closes, and the frame drops the call.
    func callPatiently<Answer: Decodable>(
        _ method: Method,
        _ parameters: some Encodable,
        _ answer: Answer.Type,
        _ patience: Duration
    ) async throws(StampError) -> Answer {
        let message = try CallMessage(method: method.fullName, parameters: parameters).makeMessage()
        let own = Connection(
            dialer: dialer,
            deadline: max(patience, dialer.deadline),
            restartPatience: connection.restartPatience
        )
        let outcome = await withTaskGroup(of: Result<ByteBuffer, StampError>.self) { group in
            group.addTask {
                do throws(StampError) { return .success(try await own.call(method, message)) } catch {
                    return .failure(error)
                }
            }
            group.addTask { .failure(await lookWhetherAnythingWaits(method)) }
            let first = await group.next()
            group.cancelAll()
            return first ?? .failure(.cancelled(method: method.fullName))
        }
        await own.close()
        let reply = try ReplyMessage(try outcome.get())
        guard !reply.continues else {
            throw .protocolViolation(detail: "a stream of replies to \(method.fullName)")
        }
        return try reply.read(answer)
    }

    /// How long to wait for a reply once the frame reports no waiting confirmation.
    private static let lastWait = Duration.seconds(1)

    /// Returns when the call's time is over and the frame reports no waiting confirmation.
    private func lookWhetherAnythingWaits(_ method: Method) async -> StampError {
        while (try? await Task.sleep(for: dialer.deadline, clock: .continuous)) != nil {
            let status = try? await call(.stamper(.getStatus), NoParameters(), StatusAnswer.self).status
            guard (status?.waiting ?? 0) == 0 else { continue }
            guard (try? await Task.sleep(for: Self.lastWait, clock: .continuous)) != nil else { break }
            return .timedOut(method: method.fullName, after: dialer.deadline)
        }
        return .cancelled(method: method.fullName)
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
            // A frame whose reply is not JSON, or not the expected one, cannot be relied on to keep the order of
            // replies.
            await connection.close()
            throw error
        }
    }
}
