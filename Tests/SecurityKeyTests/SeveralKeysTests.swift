// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

@testable import SecurityKey

@Suite("Several security keys", .timeLimit(.minutes(15))) struct SeveralKeysTests {
    /// Three keys with a credential each; the person touches `chosen` whenever something blinks.
    private func makeBench(
        _ settings: SoftwareKey.Settings,
        touching chosen: Int,
        pins: [String] = []
    ) throws -> (Bench, [SoftwareKey.Credential]) {
        let keys = try (0..<3).map { _ in try SoftwareKey(settings) }
        let credentials = keys.map { $0.add(rpId: "example.com") }
        let prompts = ScriptedPrompts(
            pins: pins,
            react: { notice in
                switch notice {
                case .touchToChoose, .touch: keys[chosen].touch()
                default: break
                }
            }
        )
        return (Bench(keys, prompts), credentials)
    }

    @Test("the one that is touched signs, and the others stop blinking", arguments: 0..<3)
    func touched(chosen: Int) async throws {
        let (bench, credentials) = try makeBench(SoftwareKey.Settings(user: .waits), touching: chosen)
        defer { for key in bench.keys { key.unplug() } }
        #expect(try await bench.assertion().isSigned(by: credentials[chosen].key))
        #expect(bench.prompts.notices.first == .touchToChoose(among: bench.keys.map(bench.name)))
        #expect(bench.prompts.notices.count == 2)
        for (index, key) in bench.keys.enumerated() where index != chosen { await key.waitForCancel() }
    }

    @Test("the PIN that is asked for is that of the one that was touched") func pin() async throws {
        let settings = SoftwareKey.Settings(user: .waits, pin: "1234")
        let (bench, credentials) = try makeBench(settings, touching: 1, pins: ["1234"])
        defer { for key in bench.keys { key.unplug() } }
        let assertion = try await bench.assertion()
        #expect(try assertion.isSigned(by: credentials[1].key))
        #expect(assertion.flags == 0x05)
    }

    @Test("one that cannot be used is passed over") func unusable() async throws {
        let old = try SoftwareKey(SoftwareKey.Settings(speaksCTAP2: false))
        let key = try SoftwareKey()
        defer { for key in [old, key] { key.unplug() } }
        let credential = key.add(rpId: "example.com")
        let bench = Bench([old, key])
        #expect(try await bench.assertion().isSigned(by: credential.key))
        #expect(bench.prompts.notices.count == 1)
    }

    @Test("one that is pulled out while all blink leaves the choice to the others") func pulledOut() async throws {
        let (leaving, staying) = (
            try SoftwareKey(SoftwareKey.Settings(user: .pullsOut)), try SoftwareKey(SoftwareKey.Settings(user: .waits))
        )
        let last = try SoftwareKey(SoftwareKey.Settings(user: .waits))
        defer { for key in [leaving, staying, last] { key.unplug() } }
        let credential = staying.add(rpId: "example.com")
        let prompts = ScriptedPrompts(react: { notice in
            switch notice {
            case .touchToChoose, .touch: staying.touch()
            default: break
            }
        })
        #expect(try await Bench([leaving, staying, last], prompts).assertion().isSigned(by: credential.key))
    }

    @Test("all of them pulled out is said") func allPulledOut() async throws {
        let keys = try (0..<2).map { _ in try SoftwareKey(SoftwareKey.Settings(user: .pullsOut)) }
        let bench = Bench(keys)
        await #expect(throws: SecurityKeyError.connectionLost(key: bench.name(of: keys[0]))) {
            try await bench.assertion()
        }
    }
}
