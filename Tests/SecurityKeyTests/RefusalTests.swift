// SPDX-License-Identifier: Apache-2.0
import CFIDO2
import Foundation
import Testing

@testable import SecurityKey

@Suite("What a security key refuses") struct RefusalTests {
    struct Row: CustomTestStringConvertible, Sendable {
        let testDescription: String
        let settings: SoftwareKey.Settings
        var pins: [String] = []
        var verification = SecurityKeyOptions.UserVerification.preferred
        let error: @Sendable (SecurityKeyName) -> SecurityKeyError

        init(
            _ testDescription: String,
            _ settings: SoftwareKey.Settings,
            pins: [String] = [],
            _ verification: SecurityKeyOptions.UserVerification = .preferred,
            _ error: @escaping @Sendable (SecurityKeyName) -> SecurityKeyError
        ) {
            self.testDescription = testDescription
            self.settings = settings
            self.pins = pins
            self.verification = verification
            self.error = error
        }
    }

    static let rows = [
        Row("the user says no", .init(user: .refuses)) { .refused(key: $0) },
        Row("the user sleeps until the key gives up", .init(user: .sleeps)) { _ in .timedOut },
        Row("the key is pulled out while it blinks", .init(user: .pullsOut)) { .connectionLost(key: $0) },
        Row("the key speaks only U2F", .init(speaksCTAP2: false)) { .unsupported(key: $0) },
        Row("verification is required, and there is no PIN", .init(), .required) { .pinNotSet(key: $0) },
        Row("no PIN is given", .init(pin: "1234")) { _ in .cancelled },
        Row("three wrong PINs in a row", .init(pin: "1234"), pins: ["wrong", "wrong", "wrong", "1234"]) {
            .pinPaused(key: $0)
        },
        Row("the last wrong PIN", .init(pin: "1234", retriesLeft: 1), pins: ["wrong", "1234"]) { .pinBlocked(key: $0) },
        Row("a PIN that is blocked already: nobody is asked", .init(pin: "1234", retriesLeft: 0)) {
            .pinBlocked(key: $0)
        },
        Row("a PIN that must be changed", .init(pin: "1234", wantsNewPIN: true), pins: ["1234"]) {
            .pinMustChange(key: $0)
        },
        Row("a blocked sensor, and no PIN instead", .init(refusedFingers: 9)) { .verificationBlocked(key: $0) },
        Row("the key asks for a PIN that was never set", .init(status: 0x36)) { .pinNotSet(key: $0) },
        Row(
            "a key that signs that it verified nobody, though that was required",
            .init(refusedFingers: 0, forgetsVerification: true),
            .required
        ) { .notVerified(key: $0) },
        Row("the key is busy", .init(status: 0x06)) { .busy(key: $0) },
        Row("a code that has no case", .init(status: 0x7F)) {
            .failed(call: "fido_dev_get_assert", code: 0x7F, key: $0)
        },
    ]

    @Test("is told by its own error", arguments: rows) func error(_ row: Row) async throws {
        let key = try SoftwareKey(row.settings)
        defer { key.unplug() }
        key.add(rpId: "example.com")
        var bench = Bench(key, ScriptedPrompts(pins: row.pins))
        bench.options.userVerification = row.verification
        await #expect(throws: row.error(bench.name(of: key))) { try await bench.assertion() }
    }

    @Test("an empty port is told from a key that has nothing") func noKey() async throws {
        await #expect(throws: SecurityKeyError.noKey) { try await Bench([]).assertion() }
        let key = try SoftwareKey()
        let bench = Bench(key)
        await #expect(throws: SecurityKeyError.noCredential(rpId: "example.com", key: bench.name(of: key))) {
            try await bench.assertion()
        }
        key.unplug()
        await #expect(throws: SecurityKeyError.cannotOpen(key: bench.name(of: key))) { try await bench.assertion() }
    }

    @Test(
        "what is no relying party's domain reaches no key",
        arguments: ["", "Example.com", "https://example.com", "example.com:443", "a..b", "a\"b", "münchen.de"]
    ) func rpId(_ rpId: String) async throws {
        await #expect(throws: SecurityKeyError.unusableRpId(rpId)) { try await Bench([]).assertion(rpId: rpId) }
    }

    @Test("every error says something, on one line, and nothing of a terminal's commands") func messages() {
        let name = SecurityKeyName(product: "Evil\u{1B}[2J\nkey", path: "/dev/hidraw0")
        let codes = (-11...0xDF).map { SecurityKeyError(code: CInt($0), call: "f", key: name, rpId: "example.com") }
        let others: [SecurityKeyError] = [
            .noKey, .notPermitted(paths: ["/dev/hidraw0"]), .cannotOpen(key: name), .notVerified(key: name),
            .noTerminal(path: "/dev/tty"), .unusableRpId("a\u{7}"), .unusableUserId(byteCount: 0),
        ]
        for error in codes + others {
            let text = error.message + (error.hint ?? "")
            #expect(!error.message.isEmpty)
            #expect(text.unicodeScalars.allSatisfy { $0.properties.generalCategory != .control }, "\(error)")
        }
    }
}
