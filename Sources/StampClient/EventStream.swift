// SPDX-License-Identifier: Apache-2.0
import NIOCore
import Varlink

/// The events of a frame, one after another, until the frame goes away or nobody iterates any more.
public struct EventStream: AsyncSequence, Sendable {
    public typealias Element = Event
    public typealias Failure = StampError

    /// Who reads so slowly that this many events wait has lost the frame's story; a frame sends a handful a minute.
    static let maximumWaitingEvents = 4_096

    private typealias Outcome = Result<Event, StampError>
    private let outcomes: AsyncStream<Result<Event, StampError>>

    /// Connects, and writes the call to the socket.
    init(dialing dialer: Dialer) async throws(StampError) {
        let link = try await dialer.dial()
        let method = StamperMethod.monitor.fullName
        let call = try CallMessage(method: method, parameters: NoParameters(), more: true).makeMessage()
        guard (try? await link.channel.writeAndFlush(call).get()) != nil else {
            throw .connectionLost(method: method)
        }
        let (outcomes, sink) = AsyncStream.makeStream(
            of: Outcome.self,
            bufferingPolicy: .bufferingOldest(Self.maximumWaitingEvents)
        )
        sink.onTermination = { _ in link.channel.close(promise: nil) }
        self.outcomes = outcomes
        Task { await Self.pump(link, into: sink) }
    }

    private static func pump(_ link: Link, into sink: AsyncStream<Outcome>.Continuation) async {
        for await reply in link.replies {
            let outcome = read(reply)
            guard case .enqueued = sink.yield(outcome), case .success = outcome else { break }
        }
        link.channel.close(promise: nil)
        sink.finish()
    }

    private static func read(_ reply: ByteBuffer) -> Outcome {
        Outcome { () throws(StampError) in
            let message = try ReplyMessage(reply)
            let event = try message.read(EventAnswer.self).event
            guard message.continues else { throw .protocolViolation(detail: "a stream of events that says it ends") }
            return event
        }
    }

    public func makeAsyncIterator() -> Iterator {
        Iterator(outcomes: outcomes.makeAsyncIterator())
    }

    public struct Iterator: AsyncIteratorProtocol {
        fileprivate var outcomes: AsyncStream<Result<Event, StampError>>.Iterator
        private var hasEnded = false

        fileprivate init(outcomes: AsyncStream<Result<Event, StampError>>.Iterator) {
            self.outcomes = outcomes
        }

        /// The next event, as soon as there is one; `nil` where the iterating task was cancelled, and after an error.
        ///
        /// - Throws: `.connectionLost` when the frame went away, or what it replied instead of an event.
        public mutating func next(isolation actor: isolated (any Actor)?) async throws(StampError) -> Event? {
            guard !hasEnded else { return nil }
            let outcome = await outcomes.next(isolation: actor)
            if case .success(let event)? = outcome { return event }
            hasEnded = true
            guard !Task.isCancelled else { return nil }
            return try (outcome ?? .failure(.connectionLost(method: StamperMethod.monitor.fullName))).get()
        }

        public mutating func next() async throws(StampError) -> Event? {
            try await next(isolation: nil)
        }
    }
}

private struct EventAnswer: Decodable {
    let event: Event
}
