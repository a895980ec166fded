// SPDX-License-Identifier: Apache-2.0
import Crypto
import Foundation
import Passkeys
import Testing

@testable import SecurityKey

@Suite("An assertion by a security key") struct AssertionTests {
    @Test("is signed by the credential of the relying party, over exactly the client data that is handed over")
    func isSigned() async throws {
        let key = try SoftwareKey()
        defer { key.unplug() }
        key.add(rpId: "other.com")
        let credential = key.add(rpId: "example.com")
        let bench = Bench(key)
        let assertion = try await bench.assertion()
        #expect(try assertion.isSigned(by: credential.key))
        #expect(assertion.credentialId == credential.id)
        #expect(assertion.authenticatorData.count == 37)
        #expect(assertion.authenticatorData.prefix(32) == Data(SHA256.hash(data: Data("example.com".utf8))))
        let challenge = PasskeyChallenge.bytes(for: Bench.body).base64EncodedString().replacing("=", with: "")
        let json =
            #"{"type":"webauthn.get","challenge":"\#(challenge)","origin":"https://example.com","crossOrigin":false}"#
        #expect(String(decoding: assertion.clientDataJson, as: UTF8.self) == json)
        let summary = try RequestSummary(Bench.body)
        #expect(
            bench.prompts.notices == [.touch(bench.name(of: key), for: .approval(summary, rpId: "example.com"))]
        )
    }

    @Test("names http://localhost as its origin for the rpId localhost") func localhost() async throws {
        let key = try SoftwareKey()
        defer { key.unplug() }
        key.add(rpId: "localhost")
        let assertion = try await Bench(key).assertion(rpId: "localhost")
        #expect(String(decoding: assertion.clientDataJson, as: UTF8.self).contains(#""origin":"http://localhost","#))
    }

    @Test("is verified by the PIN, by either protocol", arguments: [1, 2]) func pin(version: Int) async throws {
        let key = try SoftwareKey(SoftwareKey.Settings(pin: "1234 äöü", pinProtocol: version))
        defer { key.unplug() }
        let credential = key.add(rpId: "example.com")
        let bench = Bench(key, ScriptedPrompts(pins: ["1234 äöü"]))
        let assertion = try await bench.assertion()
        #expect(try assertion.isSigned(by: credential.key))
        #expect(assertion.flags == 0x05)
        #expect(bench.prompts.retriesAsked == [8])
    }

    @Test("is asked for again after a wrong PIN, with the tries that are left") func wrongPIN() async throws {
        let key = try SoftwareKey(SoftwareKey.Settings(pin: "right"))
        defer { key.unplug() }
        key.add(rpId: "example.com")
        let bench = Bench(key, ScriptedPrompts(pins: ["wrong", "wrong again", "right"]))
        #expect(try await bench.assertion().flags == 0x05)
        #expect(bench.prompts.retriesAsked == [8, 7, 6])
        let wrong = bench.prompts.notices.filter { if case .pinWrong = $0 { true } else { false } }
        #expect(
            wrong == [.pinWrong(bench.name(of: key), retriesLeft: 7), .pinWrong(bench.name(of: key), retriesLeft: 6)]
        )
    }

    @Test("is verified by the key's own sensor, after a finger that it did not know", arguments: [1, 2])
    func sensor(version: Int) async throws {
        let key = try SoftwareKey(SoftwareKey.Settings(pin: "1234", pinProtocol: version, refusedFingers: 1))
        defer { key.unplug() }
        key.add(rpId: "example.com")
        let bench = Bench(key)
        #expect(try await bench.assertion().flags == 0x05)
        #expect(bench.prompts.notices.contains(.notRecognised(bench.name(of: key))))
        #expect(bench.prompts.retriesAsked.isEmpty)
    }

    @Test("falls back to the PIN when the sensor is blocked") func blockedSensor() async throws {
        let key = try SoftwareKey(SoftwareKey.Settings(pin: "1234", refusedFingers: 9))
        defer { key.unplug() }
        key.add(rpId: "example.com")
        let bench = Bench(key, ScriptedPrompts(pins: ["1234"]))
        #expect(try await bench.assertion().flags == 0x05)
    }

    @Test("is made by the account that was chosen, with one touch", arguments: ["ada", "grace", "edsger"])
    func account(name: String) async throws {
        let key = try SoftwareKey(SoftwareKey.Settings(pin: "1234"))
        defer { key.unplug() }
        let credentials = ["ada", "grace", "edsger"].map { key.add(rpId: "example.com", user: $0) }
        let prompts = ScriptedPrompts(pins: ["1234"]) { accounts in accounts.first { $0.userName == name } }
        let assertion = try await Bench(key, prompts).assertion()
        let chosen = try #require(credentials.first { $0.userName == name })
        #expect(assertion.credentialId == chosen.id)
        #expect(try assertion.isSigned(by: chosen.key))
        #expect(
            Set(prompts.accounts.map(\.description)) == [
                "ada, id of ada", "grace, id of grace", "edsger, id of edsger",
            ]
        )
        #expect(prompts.notices.count == 1)
    }

    @Test("is made by a credential that the key does not list, when it is named") func allowList() async throws {
        let key = try SoftwareKey()
        defer { key.unplug() }
        let hidden = key.add(rpId: "example.com", isDiscoverable: false)
        var bench = Bench(key)
        await #expect(throws: SecurityKeyError.noCredential(rpId: "example.com", key: bench.name(of: key))) {
            try await bench.assertion()
        }
        bench.options.allowedCredentialIds = [Data([1, 2, 3]), hidden.id]
        #expect(try await bench.assertion().isSigned(by: hidden.key))
    }

    @Test(
        "of a request that could be taken for two things is refused, and no key blinks for it",
        arguments: [
            #"{"type":"ACTIVITY_TYPE_STAMP_LOGIN","timestampMs":"1","organizationId":"o","parameters":{"publicKey":"KEY","publicKey":"KEY"}}"#,
            #"{"type":"ACTIVITY_TYPE_OTHER","timestampMs":"1","organizationId":"o","parameters":{"publicKey":"KEY","apiKeys":[]}}"#,
            "no JSON",
        ]
    ) func unclear(body: String) async throws {
        let key = try SoftwareKey()
        defer { key.unplug() }
        key.add(rpId: "example.com")
        let bench = Bench(key)
        let bytes = Data(body.replacing("KEY", with: Bench.publicKey).utf8)
        do {
            _ = try await bench.client.assertion(approving: bytes, rpId: "example.com")
            Issue.record("it was approved")
        } catch {
            guard case .unclearRequest = error else { throw error }
        }
        #expect(bench.prompts.notices.isEmpty)
    }
}
