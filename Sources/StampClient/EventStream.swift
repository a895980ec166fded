// SPDX-License-Identifier: Apache-2.0
import NIOCore
import Varlink

/// The events of a frame, in order, until the frame goes away or the stream is no longer iterated.
public struct EventStream: AsyncSequence, Sendable {
    /// An event of the frame.
    public typealias Element = Event
    /// The error that ends the stream.
    public typealias Failure = StampError

    /// The most events that may wait for a slow reader, after which the stream ends, because events would be missing. A
    /// frame sends a handful a minute.
    static let maximumWaitingEvents = 4_096

    /// What comes of waiting for an event: the event, or the error that ends the stream.
    public typealias Outcome = Result<Event, StampError>
    private let outcomes: AsyncStream<Outcome>

    /// Creates the stream of a frame that is not a process, for a test's own ``FrameClient``.
    ///
    /// - Parameter outcomes: The events in order, and where wanted an error, after which no event is read. A stream that
    ///   ends without one has lost its frame: it throws `.connectionLost`.
    public init(_ outcomes: AsyncStream<Outcome>) {
        self.outcomes = outcomes
    }

    /// Connects, and writes the call to the socket.
    ///
    /// - Throws: The errors of `Dialer.dial()`, and those of sending; `.cancelled`.
    init(dialing dialer: Dialer) async throws(StampError) {
        let method = StamperMethod.monitor.fullName
        let link: Link
        do throws(StampError) { link = try await dialer.dial() } catch {
            throw Task.isCancelled ? .cancelled(method: method) : error
        }
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

    /// Returns the iterator over the events.
    public func makeAsyncIterator() -> Iterator {
        Iterator(outcomes: outcomes.makeAsyncIterator())
    }

    /// Waits for one event after another.
    public struct Iterator: AsyncIteratorProtocol {
        fileprivate var outcomes: AsyncStream<Outcome>.Iterator
        private var hasEnded = false

        fileprivate init(outcomes: AsyncStream<Outcome>.Iterator) {
            self.outcomes = outcomes
        }

        /// Waits for the next event; `nil` if the iterating task was cancelled, and after an error.
        ///
        /// - Throws: `.connectionLost` when the frame went away, or the error that it replied instead of an event.
        public mutating func next(isolation actor: isolated (any Actor)?) async throws(StampError) -> Event? {
            guard !hasEnded else { return nil }
            let outcome = await outcomes.next(isolation: actor)
            if case .success(let event)? = outcome { return event }
            hasEnded = true
            guard !Task.isCancelled else { return nil }
            return try (outcome ?? .failure(.connectionLost(method: StamperMethod.monitor.fullName))).get()
        }

        /// Waits for the next event; `nil` if the iterating task was cancelled, and after an error.
        ///
        /// - Throws: `.connectionLost` when the frame went away, or the error that it replied instead of an event.
        public mutating func next() async throws(StampError) -> Event? {
            try await next(isolation: nil)
        }
    }
}

private struct EventAnswer: Decodable {
    let event: Event
}
