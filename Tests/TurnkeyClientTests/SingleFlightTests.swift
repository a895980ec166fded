// SPDX-License-Identifier: Apache-2.0
import Synchronization
import Testing

@testable import TurnkeyClient

@Suite("One operation at a time, shared by callers with the same arguments", .timeLimit(.minutes(15)))
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

    @Test("a caller with other arguments waits, runs its own and gets its own result; one with the same shares")
    func otherArguments() async throws {
        let (flights, gate) = (SingleFlight<String>(), Gate())
        @Sendable func run(_ arguments: FlightArguments, _ name: String) async throws(TurnkeyError) -> String {
            try await flights.run("key", arguments) { () throws(TurnkeyError) in
                await gate.enter(name)
                return name
            }
        }
        let first = Task { try await run(FlightArguments("900"), "first") }
        try await waitFor { await gate.begun == ["first"] }
        let same = Task { try await run(FlightArguments("900"), "same") }
        let other = Task { try await run(FlightArguments("60"), "other") }
        for _ in 0..<100 { await Task.yield() }
        #expect(await gate.begun == ["first"])
        await gate.open()
        #expect(try await first.value == "first")
        #expect(try await other.value == "other")
        #expect(try await ["first", "same"].contains(same.value))
    }

    @Test("arguments with a closure equal no others, not even their twin")
    func closures() {
        #expect(FlightArguments("a", hasClosure: true) != FlightArguments("a", hasClosure: true))
        #expect(FlightArguments("a", "b") == FlightArguments("a", "b"))
        #expect(FlightArguments("a", "b") != FlightArguments("ab"))
    }
}
