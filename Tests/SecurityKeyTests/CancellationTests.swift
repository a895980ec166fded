// SPDX-License-Identifier: Apache-2.0
import Foundation
import Synchronization
import Testing

@testable import SecurityKey

@Suite("Giving up on a security key", .timeLimit(.minutes(15))) struct CancellationTests {
    @Test("a cancelled task stops the key's blinking, and the key then works") func cancelled() async throws {
        let key = try SoftwareKey(SoftwareKey.Settings(user: .waits))
        defer { key.unplug() }
        let credential = key.add(rpId: "example.com")
        let bench = Bench(key)
        let approval = Task { try await bench.assertion() }
        await key.waitForBlink()
        approval.cancel()
        await #expect(throws: SecurityKeyError.cancelled) { try await approval.value }
        #expect(key.cancelCount == 1)
        key.change { $0.user = .touchesAtOnce }
        #expect(try await bench.assertion().isSigned(by: credential.key))
    }

    @Test("the time-out cancels, and says that it was the time") func timeOut() async throws {
        let key = try SoftwareKey(SoftwareKey.Settings(user: .waits))
        defer { key.unplug() }
        key.add(rpId: "example.com")
        var bench = Bench(key)
        bench.options.timeout = .milliseconds(300)
        await #expect(throws: SecurityKeyError.timedOut) { try await bench.assertion() }
        // None where the machine is so busy that libfido2's own timer comes first.
        #expect(key.cancelCount <= 1)
    }

    @Test("a task that is cancelled beforehand asks no key") func beforehand() async throws {
        let key = try SoftwareKey(SoftwareKey.Settings(user: .waits))
        defer { key.unplug() }
        key.add(rpId: "example.com")
        let bench = Bench(key)
        let approval = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            return try await bench.assertion()
        }
        await #expect(throws: SecurityKeyError.cancelled) { try await approval.value }
        #expect(key.state.withLock(\.counter) == 0)
    }

    @Test("the time-out ends a choice among several keys too, and none goes on blinking") func choosing() async throws {
        let keys = try (0..<2).map { _ in try SoftwareKey(SoftwareKey.Settings(user: .waits)) }
        defer { for key in keys { key.unplug() } }
        var bench = Bench(keys)
        bench.options.timeout = .milliseconds(300)
        await #expect(throws: SecurityKeyError.timedOut) { try await bench.assertion() }
        for key in keys { await key.waitForCancel() }
    }
}
