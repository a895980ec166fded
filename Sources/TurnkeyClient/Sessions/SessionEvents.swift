// SPDX-License-Identifier: Apache-2.0
import StampClient

/// The events of a frame's sessions, in order, until the frame goes away or the sequence is no longer iterated.
public struct SessionEvents: AsyncSequence, Sendable {
    /// An event of a session.
    public typealias Element = SessionEvent
    /// The error that ends the sequence.
    public typealias Failure = TurnkeyError

    private let outcomes: AsyncStream<Result<SessionEvent, TurnkeyError>>

    init(_ hub: SessionEventHub, _ frameEvents: EventStream) {
        let (outcomes, sink) = AsyncStream.makeStream(of: Result<SessionEvent, TurnkeyError>.self)
        let own = hub.listen()
        let pump = Task {
            await withTaskGroup { group in
                group.addTask { for await event in own { sink.yield(.success(event)) } }
                group.addTask { await Self.forward(frameEvents, hub, to: sink) }
                await group.next()
                group.cancelAll()
            }
            sink.finish()
        }
        sink.onTermination = { _ in pump.cancel() }
        self.outcomes = outcomes
    }

    private static func forward(
        _ events: EventStream,
        _ hub: SessionEventHub,
        to sink: AsyncStream<Result<SessionEvent, TurnkeyError>>.Continuation
    ) async {
        do throws(StampError) {
            for try await event in events { hub.read(event).map { _ = sink.yield(.success($0)) } }
        } catch {
            sink.yield(.failure(.frame(error)))
        }
    }

    /// Returns the iterator over the events.
    public func makeAsyncIterator() -> Iterator {
        Iterator(outcomes: outcomes.makeAsyncIterator())
    }

    /// Waits for one event after another.
    // EventStream has such an iterator too; the error is another type, so they share no code.
    public struct Iterator: AsyncIteratorProtocol {
        fileprivate var outcomes: AsyncStream<Result<SessionEvent, TurnkeyError>>.Iterator

        /// Waits for the next event.
        ///
        /// - Throws: `.frame(.connectionLost)` when the frame went away; ask for the sessions again then.
        public mutating func next(isolation actor: isolated (any Actor)?) async throws(TurnkeyError) -> SessionEvent? {
            try await outcomes.next(isolation: actor)?.get()
        }

        /// Waits for the next event.
        ///
        /// - Throws: `.frame(.connectionLost)` when the frame went away; ask for the sessions again then.
        public mutating func next() async throws(TurnkeyError) -> SessionEvent? {
            try await next(isolation: nil)
        }
    }
}
