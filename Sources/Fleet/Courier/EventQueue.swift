// SPDX-License-Identifier: Apache-2.0
import Synchronization

/// Holds the events that wait for the machine: of each kind the newest one alone.
///
/// This bounds its size, however fast a carrier hands out parcels. Each event but a parcel comes once for an action, so that
/// none is lost.
final class EventQueue: Sendable {
    /// Yields an element after one or more events were added.
    let wakes: AsyncStream<Void>
    private let waker: AsyncStream<Void>.Continuation
    private let events = Mutex<[CourierMachine.Event]>([])

    init() {
        (wakes, waker) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    /// Adds an event, in place of one of its kind that waits.
    func add(_ event: CourierMachine.Event) {
        events.withLock { events in
            events.removeAll { $0.kind == event.kind }
            events.append(event)
        }
        waker.yield()
    }

    /// Removes all events that wait, and returns them, oldest first.
    func takeAll() -> [CourierMachine.Event] {
        events.withLock { events in
            defer { events.removeAll() }
            return events
        }
    }
}

extension CourierMachine.Event {
    enum Kind: Hashable {
        case start
        case newCard
        case sameCard
        case noFrame
        case publication
        case parcel
        case watch
        case delivery
        case receipt
        case timer(CourierMachine.Timer)
    }

    /// Events of one kind replace each other.
    var kind: Kind {
        switch self {
        case .started: .start
        case .cardIs: .newCard
        case .cardIsTheSame: .sameCard
        case .frameDidNotAnswer: .noFrame
        case .cardPublished, .cardNotPublished: .publication
        case .parcelCame: .parcel
        case .watchEnded: .watch
        case .parcelTaken, .parcelRefused, .parcelNotDelivered: .delivery
        case .receiptPublished, .receiptNotPublished: .receipt
        case .timerEnded(let timer): .timer(timer)
        }
    }
}
