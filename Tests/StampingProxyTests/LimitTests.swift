// SPDX-License-Identifier: Apache-2.0
import StampClient
import Synchronization
import Testing

@testable import StampingProxy

@Suite("What keeps one caller of the proxy from being in another's way", .timeLimit(.minutes(15)))
struct LimitTests {
    private static let noisy = RequestAccount.delegate("noisy", user: 1)
    private static let quiet = RequestAccount.delegate("quiet", user: 1)

    @Test("ten seconds' worth of requests at once, then one as each token comes; another account's are its own")
    func rate() throws {
        let rate = RequestRate(perSecond: 2)
        let now = ContinuousClock.now
        for _ in 0..<20 { try rate.take(Self.noisy, at: now) }
        #expect(throws: ProxyRefusal.tooMany(retryAfter: .milliseconds(500))) { try rate.take(Self.noisy, at: now) }
        try rate.take(Self.quiet, at: now)
        try rate.take(.user(1), at: now)
        try rate.take(Self.noisy, at: now + .milliseconds(500))
        #expect(throws: ProxyRefusal.self) { try rate.take(Self.noisy, at: now + .milliseconds(500)) }
        rate.giveBack(Self.noisy)
        try rate.take(Self.noisy, at: now + .milliseconds(500))
    }

    @Test("what is refused for it is 429, and says when to come again")
    func refusal() {
        let refusal = ProxyRefusal.tooMany(retryAfter: .milliseconds(1_500))
        #expect(refusal.status == 429 && refusal.fallback == .retry && refusal.retryAfterSeconds == 2)
    }

    @Test("without a limit nothing is counted") func unlimited() throws {
        let rate = RequestRate(perSecond: 0)
        let now = ContinuousClock.now
        for _ in 0..<100_000 { try rate.take(Self.noisy, at: now) }
    }

    @Test("one account has its share of the turns, another one has a turn all the same, and none is lost")
    func turns() async {
        let turns = RequestTurns(limit: 4, limitPerAccount: 2)
        let log = Log()
        let gate = AsyncStream.makeStream(of: Void.self)
        await withDiscardingTaskGroup { group in
            for _ in 0..<20 {
                group.addTask { await turns.run(Self.noisy) { await log.run("noisy", until: gate.stream) } }
            }
            await log.wait { $0.running == ["noisy": 2] }
            // Every turn but the last is taken by accounts like it.
            group.addTask { await turns.run(.user(7)) { await log.run("7", until: gate.stream) } }
            group.addTask { await turns.run(.user(8)) { await log.run("8", until: gate.stream) } }
            await log.wait { $0.running == ["noisy": 2, "7": 1, "8": 1] }
            group.addTask { await turns.run(Self.quiet) { await log.run("quiet", until: gate.stream) } }
            await log.wait { $0.running["quiet"] == 1 }
            gate.continuation.finish()
        }
        #expect(log.state.withLock(\.done) == ["noisy": 20, "quiet": 1, "7": 1, "8": 1])
        #expect(log.state.withLock(\.most) == ["noisy": 2, "quiet": 1, "7": 1, "8": 1])
    }

    /// What ran, and what runs.
    private final class Log: Sendable {
        struct State: Sendable {
            var running: [String: Int] = [:]
            var most: [String: Int] = [:]
            var done: [String: Int] = [:]
        }

        let state = Mutex(State())

        func run(_ name: String, until gate: AsyncStream<Void>) async {
            state.withLock { state in
                let running = state.running[name, default: 0] + 1
                state.running[name] = running
                state.most[name] = max(running, state.most[name, default: 0])
            }
            for await _ in gate {}
            state.withLock { state in
                state.running[name, default: 1] -= 1
                state.done[name, default: 0] += 1
            }
        }

        func wait(until isSo: (State) -> Bool) async {
            while !isSo(state.withLock { $0 }) { await Task.yield() }
        }
    }
}
