// SPDX-License-Identifier: Apache-2.0
import Synchronization
import Testing

@testable import TurnkeyClient

@Suite("One thing at a time, once for those who wish the same", .timeLimit(.minutes(5)))
struct SingleFlightTests {
    /// Holds each operation until it is let go, and counts what has begun.
    private actor Gate {
        private(set) var begun: [String] = []
        private var waiting: [CheckedContinuation<Void, Never>] = []
        private var isOpen = false

        func enter(_ name: String) async {
            begun.append(name)
            guard !isOpen else { return }
            await withCheckedContinuation { waiting.append($0) }
        }

        func open() {
            isOpen = true
            for continuation in waiting { continuation.resume() }
            waiting = []
        }
    }

    private func waitFor(_ condition: () async -> Bool) async throws {
        while !(await condition()) { try await Task.sleep(for: .milliseconds(1)) }
    }

    @Test("another wish waits, has its own done, and gets its own result; the same wish shares")
    func wishes() async throws {
        let (flights, gate) = (SingleFlight<String>(), Gate())
        @Sendable func run(_ wish: Wish, _ name: String) async throws(TurnkeyError) -> String {
            try await flights.run("key", wish) { () throws(TurnkeyError) in
                await gate.enter(name)
                return name
            }
        }
        let first = Task { try await run(Wish("900"), "first") }
        try await waitFor { await gate.begun == ["first"] }
        let same = Task { try await run(Wish("900"), "same") }
        let other = Task { try await run(Wish("60"), "other") }
        for _ in 0..<100 { await Task.yield() }
        #expect(await gate.begun == ["first"])
        await gate.open()
        #expect(try await first.value == "first")
        #expect(try await other.value == "other")
        #expect(try await ["first", "same"].contains(same.value))
    }

    @Test("a wish that holds a closure is like no other, not even its twin")
    func closures() {
        #expect(Wish("a", hasClosure: true) != Wish("a", hasClosure: true))
        #expect(Wish("a", "b") == Wish("a", "b"))
        #expect(Wish("a", "b") != Wish("ab"))
    }
}
