// SPDX-License-Identifier: Apache-2.0
import NIOCore
import Varlink

/// One connection to a frame. Calls are sent in the order in which they are made, and replies come back in the same
/// order.
///
/// Calls are pipelined: none waits for another's reply. When the frame goes away, calls that were not sent, and those
/// that may be sent again, wait up to `restartPatience` for it to come back.
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
    /// Counts connections, so that late replies of an earlier one are recognised.
    private var generation = 0
    private var lastCallId: UInt64 = 0
    /// The calls to write to the next connection, in order.
    private var unsent: [PendingCall] = []
    /// The calls that were written to this connection and are not answered, in order.
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
    /// - Throws: The error of connecting, sending or receiving; `.timedOut`, `.cancelled`.
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

    /// Closes the connection. Waiting calls are treated as when the frame goes away.
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

    /// Whether the error means that a frame that was there a moment ago may be restarting.
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
    /// Gives a reply to the oldest call; `false` if no call waits, and then the connection must be closed.
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
