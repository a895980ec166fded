// SPDX-License-Identifier: Apache-2.0
import Crypto
import Foundation
import Passkeys
import Testing

@testable import SecurityKey

@Suite("A registration at a security key") struct RegistrationTests {
    @Test("hands over the key's authenticator data without its attestation") func attestationIsNone() async throws {
        let key = try SoftwareKey(SoftwareKey.Settings(pin: "1234"))
        defer { key.unplug() }
        let bench = Bench(key, ScriptedPrompts(pins: ["1234"]))
        let attestation = try await bench.registration()
        let credential = try #require(key.credentials.first)
        #expect(attestation.credentialId == credential.id)
        #expect(credential.userId == Data("user-1".utf8))
        #expect(credential.userName == "ada")
        #expect(credential.isDiscoverable)
        let object = try #require(CBOR(attestation.attestationObject))
        #expect(object.members?.count == 3)
        #expect(object["fmt"] == .text("none"))
        #expect(object["attStmt"] == .map([:]))
        #expect(object.encoded == attestation.attestationObject)
        let data = try #require(object["authData"]?.data)
        #expect(data[32] == 0x45)
        #expect(data.dropFirst(55).prefix(48) == credential.id)
        #expect(attestation.transports == ["usb"])
    }

    @Test("has a challenge of 32 bytes that its client data spells, and never the same twice") func challenge()
        async throws
    {
        let key = try SoftwareKey()
        defer { key.unplug() }
        let first = try await Bench(key).registration()
        let second = try await Bench(key).registration()
        #expect(first.challenge.count == 32)
        #expect(first.challenge != second.challenge)
        #expect(
            first.clientDataJson
                == ClientData(.create, challenge: first.challenge, origin: "https://example.com").json
        )
    }

    @Test("makes a credential that then signs", arguments: [true, false]) func thenSigns(keeps: Bool) async throws {
        let key = try SoftwareKey(SoftwareKey.Settings(keepsCredentials: keeps))
        defer { key.unplug() }
        var bench = Bench(key)
        let attestation = try await bench.registration()
        let credential = try #require(key.credentials.first)
        #expect(credential.isDiscoverable == keeps)
        if !keeps { bench.options.allowedCredentialIds = [attestation.credentialId] }
        #expect(try await bench.assertion().isSigned(by: credential.key))
    }

    @Test("is refused where the key already has a credential of the account") func excluded() async throws {
        let key = try SoftwareKey()
        defer { key.unplug() }
        var bench = Bench(key)
        bench.options.excludedCredentialIds = [try await bench.registration().credentialId]
        await #expect(throws: SecurityKeyError.alreadyRegistered(rpId: "example.com", key: bench.name(of: key))) {
            try await bench.registration()
        }
        #expect(key.credentials.count == 1)
    }

    @Test("says so where the key is full") func full() async throws {
        let key = try SoftwareKey(SoftwareKey.Settings(isFull: true))
        defer { key.unplug() }
        let bench = Bench(key)
        await #expect(throws: SecurityKeyError.storageFull(key: bench.name(of: key))) { try await bench.registration() }
    }

    @Test("asks nobody for a user's identifier that WebAuthn cannot have", arguments: [0, 65])
    func userId(byteCount: Int) async throws {
        let bench = Bench([])
        let user = PasskeyUser(userId: String(repeating: "x", count: byteCount), userName: "ada")
        await #expect(throws: SecurityKeyError.unusableUserId(byteCount: byteCount)) {
            try await bench.client.registration(of: user, rpId: "example.com")
        }
    }
}
