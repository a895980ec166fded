// SPDX-License-Identifier: Apache-2.0
import SignerCore
import Testing

@testable import stampd

@Suite("the flow of one connection")
struct ConnectionFlowTests {
    typealias Action = ConnectionFlow.Action

    private static let limits = ConnectionLimits()
    private static let start = BootInstant(nanoseconds: 0).adding(seconds: 1000)

    /// What happens to a connection; each is a method of the flow.
    enum Event: String, CaseIterable {
        case received, inputEnded, servedAll, servedPart, servedMore, servedUntaken, taken, takenPart, pause, resume
        case told, toldUntaken
        /// A stamp of it waits for a confirmation: at a turn's end, its earlier replies taken or not; and waits no more.
        case confirm, confirmUntaken, confirmed, confirmedUntaken
        /// The rules do not serve it any more.
        case refuse
    }

    /// How a flow gets into a state.
    enum State: String, CaseIterable {
        case idle, begun, paused, queued, writing, watching, watchingUntaken, refused, finishing, closing, ended
        case confirming, confirmingUntaken, confirmingEnded
    }

    /// A flow in the state, made by events alone.
    private static func flow(_ state: State) -> ConnectionFlow {
        var flow = ConnectionFlow(state == .refused ? .refused : .served, at: start)
        switch state {
        case .idle, .refused: break
        case .begun, .paused:
            _ = flow.received(at: start)
            _ = apply(.servedPart, to: &flow)
            if state == .paused { _ = flow.pause(at: start) }
        case .queued: _ = flow.received(at: start)
        case .writing:
            _ = flow.received(at: start)
            _ = apply(.servedUntaken, to: &flow)
        case .watching, .watchingUntaken:
            _ = flow.received(at: start)
            flow.watch()
            _ = apply(.servedAll, to: &flow)
            if state == .watchingUntaken { _ = apply(.toldUntaken, to: &flow) }
        case .finishing, .closing:
            _ = flow.received(at: start)
            flow.finish()
            if state == .closing { _ = apply(.servedAll, to: &flow) }
        case .ended: _ = flow.inputEnded()
        case .confirming, .confirmingUntaken:
            _ = flow.received(at: start)
            _ = apply(state == .confirming ? .confirm : .confirmUntaken, to: &flow)
        case .confirmingEnded:
            _ = flow.inputEnded()
            _ = apply(.confirm, to: &flow)
        }
        return flow
    }

    private static func apply(_ event: Event, to flow: inout ConnectionFlow) -> Action {
        let monotonic = ConnectionFlow.MonotonicInstant(nanoseconds: 7_000_000_000)
        func served(_ flow: inout ConnectionFlow, more: Bool = false, begun: Bool = false, output: Int = 0) -> Action {
            flow.served(
                hasMore: more,
                hasBegun: begun,
                consumed: !begun,
                outputByteCount: output,
                at: start,
                monotonic
            )
        }
        func confirm(_ flow: inout ConnectionFlow, output: Int) -> Action {
            flow.confirm()
            return served(&flow, more: true, begun: true, output: output)
        }
        func confirmed(_ flow: inout ConnectionFlow, output: Int) -> Action {
            flow.endConfirming(at: start)
            return served(&flow, more: true, output: output)
        }
        func refuse(_ flow: inout ConnectionFlow) -> Action {
            flow.refuse(at: start)
            return served(&flow, more: true)
        }
        return switch event {
        case .received: flow.received(at: start)
        case .inputEnded: flow.inputEnded()
        case .servedAll: served(&flow)
        case .servedPart: served(&flow, begun: true)
        case .servedMore: served(&flow, more: true)
        case .servedUntaken: served(&flow, output: 10)
        case .taken: flow.flushed(outputByteCount: 0, at: start, monotonic)
        case .takenPart: flow.flushed(outputByteCount: 5, at: start, monotonic)
        case .pause: flow.pause(at: start)
        case .resume: flow.resume(at: start)
        case .told: flow.told(outputByteCount: 0, at: start)
        case .toldUntaken: flow.told(outputByteCount: 10, at: start)
        case .confirm, .confirmUntaken: confirm(&flow, output: event == .confirm ? 0 : 10)
        case .confirmed, .confirmedUntaken: confirmed(&flow, output: event == .confirmed ? 0 : 10)
        case .refuse: refuse(&flow)
        }
    }

    /// For each state, what each event that can happen in it makes the loop do.
    private static let table: [State: [Event: Action]] = [
        .idle: [.received: .queue, .inputEnded: .queue],
        .begun: [.received: .queue, .inputEnded: .queue, .pause: .pause, .resume: .pause],
        .paused: [.resume: .read, .inputEnded: .queue],
        .queued: [
            .servedAll: .read, .servedPart: .read, .servedMore: .queue, .servedUntaken: .write, .inputEnded: .queue,
            .confirm: .pause, .confirmUntaken: .write,
        ],
        .writing: [.taken: .queue, .takenPart: .write],
        .watching: [.told: .pause, .toldUntaken: .write, .resume: .pause],
        .watchingUntaken: [.taken: .pause, .takenPart: .write, .toldUntaken: .write],
        .refused: [.received: .queue, .inputEnded: .queue],
        .finishing: [.servedAll: .halfClose, .servedUntaken: .write, .servedMore: .halfClose],
        .closing: [.received: .read, .inputEnded: .close],
        .ended: [.servedAll: .close, .servedPart: .close, .servedMore: .queue, .servedUntaken: .write],
        .confirming: [.confirmed: .queue, .confirmedUntaken: .write, .refuse: .queue, .resume: .pause],
        .confirmingUntaken: [
            .taken: .pause, .takenPart: .write, .confirmed: .queue, .confirmedUntaken: .write, .refuse: .queue,
        ],
        .confirmingEnded: [.confirmed: .queue, .confirmedUntaken: .write],
    ]

    @Test("each event in each state has one action", arguments: State.allCases)
    func actions(_ state: State) throws {
        for (event, action) in try #require(Self.table[state]) {
            var flow = Self.flow(state)
            #expect(Self.apply(event, to: &flow) == action, "\(event.rawValue)")
        }
    }

    @Test("a message has its time from its first byte, and while it is paused the time stands still")
    func messageClock() {
        var flow = Self.flow(.begun)
        #expect(flow.deadline(Self.limits, monotonicOffset: 0) == Self.start.adding(seconds: 2))
        let later = Self.start.adding(seconds: 1)
        _ = flow.pause(at: later)
        #expect(flow.deadline(Self.limits, monotonicOffset: 0) == .never)
        let resumed = Self.start.adding(seconds: 100)
        _ = flow.resume(at: resumed)
        #expect(flow.deadline(Self.limits, monotonicOffset: 0) == resumed.adding(seconds: 1))
        #expect(flow.timeout(Self.limits, monotonicOffset: 0, at: resumed) == nil)
        #expect(flow.timeout(Self.limits, monotonicOffset: 0, at: resumed.adding(seconds: 1)) == .message)
    }

    @Test("more bytes of a message give it no more time") func trickle() {
        var flow = Self.flow(.begun)
        for second in Int64(1)...3 {
            let now = Self.start.adding(milliseconds: second * 500)
            _ = flow.received(at: now)
            let action = flow.served(
                hasMore: false,
                hasBegun: true,
                consumed: false,
                outputByteCount: 0,
                at: now,
                .init(nanoseconds: 0)
            )
            #expect(action == .read)
            #expect(flow.deadline(Self.limits, monotonicOffset: 0) == Self.start.adding(seconds: 2))
        }
    }

    @Test("replies that are not taken have their time on CLOCK_MONOTONIC, and each piece that is taken begins it anew")
    func replyClock() {
        var flow = Self.flow(.writing)
        // The machine was suspended for an hour, of which CLOCK_MONOTONIC knows nothing.
        let offset = Self.start.nanoseconds - 7_000_000_000 + 3_600_000_000_000
        let deadline = Self.start.adding(seconds: 3600 + 5)
        var limits = Self.limits
        limits.idleTimeoutSeconds = 86_400
        #expect(flow.deadline(limits, monotonicOffset: offset) == deadline)
        #expect(flow.timeout(limits, monotonicOffset: offset, at: deadline) == .reply)
        let monotonic = ConnectionFlow.MonotonicInstant(nanoseconds: 9_000_000_000)
        _ = flow.flushed(outputByteCount: 3, at: Self.start, monotonic)
        #expect(flow.deadline(limits, monotonicOffset: offset) == deadline.adding(seconds: 2))
        _ = flow.flushed(outputByteCount: 0, at: Self.start, monotonic)
        #expect(flow.timeout(limits, monotonicOffset: offset, at: deadline.adding(seconds: 9)) == nil)
    }

    @Test("time in which the frame did not run is nobody's") func forgiven() {
        var flow = Self.flow(.begun)
        flow.forgive(nanoseconds: 5_000_000_000, monotonicNanoseconds: 0)
        #expect(flow.deadline(Self.limits, monotonicOffset: 0) == Self.start.adding(seconds: 7))
    }

    @Test("a stamp that waits for a confirmation is ended by no time, whatever is behind it; then its clocks run again")
    func confirming() {
        var flow = Self.flow(.confirming)
        #expect(flow.isConfirming && flow.isServed && !flow.isIdle && !flow.isPaused && !flow.isQueued)
        #expect(flow.deadline(Self.limits, monotonicOffset: 0) == .never)
        let later = Self.start.adding(seconds: 86_400)
        #expect(flow.timeout(Self.limits, monotonicOffset: 0, at: later) == nil)
        flow.endConfirming(at: later)
        let action = flow.served(
            hasMore: false,
            hasBegun: true,
            consumed: true,
            outputByteCount: 0,
            at: later,
            .init(nanoseconds: 0)
        )
        #expect(action == .read && !flow.isConfirming)
        // The message behind it has its own two seconds, and being idle begins with the answer.
        #expect(flow.deadline(Self.limits, monotonicOffset: 0) == later.adding(seconds: 2))
    }

    @Test("replies before it that are not taken end it as they end any connection; once they are, nothing does")
    func confirmingUntaken() {
        var flow = Self.flow(.confirmingUntaken)
        let offset = Self.start.nanoseconds - 7_000_000_000
        #expect(flow.deadline(Self.limits, monotonicOffset: offset) == Self.start.adding(seconds: 5))
        _ = Self.apply(.taken, to: &flow)
        #expect(flow.deadline(Self.limits, monotonicOffset: offset) == .never)
    }

    @Test("a watcher has no idle time but while its events are not taken") func watcher() {
        let idle = Self.flow(.watching)
        #expect(idle.deadline(Self.limits, monotonicOffset: 0) == .never)
        let behind = Self.flow(.watchingUntaken)
        #expect(behind.deadline(Self.limits, monotonicOffset: 0) == Self.start.adding(seconds: 300))
    }
}
