// SPDX-License-Identifier: Apache-2.0
import NIOCore
import Varlink

/// One connection to a frame: calls go out in the order they are made, replies come back in the same order.
///
/// Calls are pipelined: none waits for another's reply. When the frame goes away, calls that were not sent yet, and
/// those that may be sent again, wait for it to come back for `restartPatience`.
actor Connection {
    private enum State {
        case closed
        case connecting
        case open(any Channel)
    }

    private let dialer: Dialer
    private let deadline: Duration
    let restartPatience: Duration
    private var state = State.closed
    /// Counts connections, so that what a former one still delivers is told apart.
    private var generation = 0
    private var lastCallId: UInt64 = 0
    /// Calls that are to be written to the next connection, in order.
    private var unsent: [PendingCall] = []
    /// Calls that were written to this connection and not answered, in order.
    private var unanswered: [PendingCall] = []
    /// When the frame was last seen to go away.
    private var lostAt: ContinuousClock.Instant?

    init(dialer: Dialer, deadline: Duration, restartPatience: Duration) {
        self.dialer = dialer
        self.deadline = deadline
        self.restartPatience = restartPatience
    }

    deinit {
        if case .open(let channel) = state { channel.close(promise: nil) }
    }

    /// Sends one call and waits for its reply.
    ///
    /// - Throws: whatever keeps it from being connected, sent or answered; `.timedOut`, `.cancelled`.
    func call(_ method: Method, _ message: ByteBuffer) async throws(StampError) -> ByteBuffer {
        lastCallId += 1
        let id = lastCallId
        let outcome = await withTaskCancellationHandler {
            await withCheckedContinuation { caller in
                begin(PendingCall(id: id, method: method, message: message, caller: caller))
            }
        } onCancel: {
            Task { await self.abandon(id, with: .cancelled(method: method.fullName)) }
        }
        return try outcome.get()
    }

    /// Ends the connection; what waits for a reply is answered as when the frame goes away.
    func close() {
        if case .open(let channel) = state { channel.close(promise: nil) }
    }

    private func begin(_ call: PendingCall) {
        guard !Task.isCancelled else { return call.finish(.failure(.cancelled(method: call.method.fullName))) }
        let (id, timedOut) = (call.id, StampError.timedOut(method: call.method.fullName, after: deadline))
        call.alarm = Task { [deadline] in
            guard (try? await Task.sleep(for: deadline, clock: .continuous)) != nil else { return }
            self.abandon(id, with: timedOut)
        }
        unsent.append(call)
        advance()
    }

    private func abandon(_ id: UInt64, with error: StampError) {
        if let index = unsent.firstIndex(where: { $0.id == id }) {
            unsent.remove(at: index).finish(.failure(error))
        } else if let call = unanswered.first(where: { $0.id == id }) {
            call.finish(.failure(error))
        }
    }
}

// MARK: - Connecting

extension Connection {
    private func advance() {
        switch state {
        case .connecting: break
        case .open(let channel): write(to: channel)
        case .closed where unsent.isEmpty: break
        case .closed:
            state = .connecting
            Task { await connect() }
        }
    }

    private func connect() async {
        var pause = Duration.milliseconds(10)
        while true {
            do throws(StampError) {
                return open(try await dialer.dial())
            } catch {
                guard isRestarting(error) else { return fail(with: error) }
            }
            try? await Task.sleep(for: pause, clock: .continuous)
            pause = min(pause * 2, .milliseconds(250))
        }
    }

    /// Whether a frame that was here a moment ago may be on its way back.
    private func isRestarting(_ error: StampError) -> Bool {
        guard case .noFrame = error, let lostAt, !unsent.isEmpty else { return false }
        return ContinuousClock.now < lostAt + restartPatience
    }

    private func fail(with error: StampError) {
        state = .closed
        let calls = unsent
        unsent = []
        for call in calls {
            call.finish(.failure(call.writes == 0 ? error : .connectionLost(method: call.method.fullName)))
        }
    }

    private func open(_ link: Link) {
        generation += 1
        lostAt = nil
        state = .open(link.channel)
        let generation = generation
        Task { [weak self] in
            for await reply in link.replies {
                guard await self?.receive(reply, generation) == true else { break }
            }
            link.channel.close(promise: nil)
            await self?.lose(generation)
        }
        advance()
    }

    private func write(to channel: any Channel) {
        for call in unsent {
            call.writes += 1
            channel.writeAndFlush(call.message, promise: nil)
        }
        unanswered += unsent
        unsent = []
    }
}

// MARK: - Replies

extension Connection {
    /// Hands a reply to the oldest call; `false` ends a connection whose frame answers what nobody asked.
    private func receive(_ reply: ByteBuffer, _ generation: Int) -> Bool {
        guard generation == self.generation, !unanswered.isEmpty else { return false }
        unanswered.removeFirst().finish(.success(reply))
        return true
    }

    private func lose(_ generation: Int) {
        guard generation == self.generation else { return }
        state = .closed
        lostAt = .now
        let calls = unanswered.filter(\.isAwaited)
        unanswered = []
        unsent = calls.filter(\.mayBeSent) + unsent
        for call in calls where !call.mayBeSent {
            call.finish(.failure(.connectionLost(method: call.method.fullName)))
        }
        advance()
    }
}
