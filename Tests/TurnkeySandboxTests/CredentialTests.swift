// SPDX-License-Identifier: Apache-2.0
import Crypto
import Foundation
import SoftwarePasskey
import Testing
import TurnkeyClient

@testable import TurnkeySandbox

@Suite("API keys") struct APIKeyTests {
    @Test("reads say who and what there is") func queries() throws {
        let fixture = Fixture(organizations: [
            Fixture.Organization(
                organizationName: "Acme",
                users: [
                    Fixture.User(userName: "Root", userEmail: "root@example.com", userPhoneNumber: "+15550100"),
                    Fixture.User(userName: "Second"),
                ]
            )
        ])
        let desk = try Desk(fixture)
        #expect(
            try desk.query(.whoami) == [
                "organizationId": .string(desk.organizationId.text), "organizationName": "Acme",
                "userId": .string(desk.rootUserId.text), "username": "Root",
            ]
        )
        let user = try #require(try desk.query(.getUser, ["userId": .string(desk.rootUserId.text)])["user"])
        #expect(user["userEmail"]?.string == "root@example.com")
        #expect(user["userPhoneNumber"]?.string == "+15550100")
        let users = try #require(try desk.query(.listUsers)["users"]?.elements)
        #expect(users.count == 2)
        #expect(users[0] == user)
        #expect(users[1]["userName"]?.string == "Second")
        #expect(!users[1].names.contains("userEmail"))
        let key = try #require(try desk.query(.getAPIKeys)["apiKeys"]?[0])
        #expect(key["credential"] == ["publicKey": .string(desk.rootKey.hex), "type": "CREDENTIAL_TYPE_API_KEY_P256"])
        #expect(try desk.query(.getAPIKey, ["apiKeyId": key["apiKeyId"] ?? .null])["apiKey"] == key)
        let second = try #require(users[1]["userId"])
        #expect(try desk.query(.getAPIKeys, ["userId": second])["apiKeys"] == [])
    }

    @Test("a key stamps from its making to its end, and not a moment longer") func life() throws {
        let desk = try Desk()
        let key = P256.Signing.PrivateKey()
        _ = try desk.submit(.createAPIKeys, makeKeyParameters(key, for: desk.rootUserId, expirationSeconds: "900"))
        desk.now += 899.999
        _ = try desk.query(.whoami, by: key)
        desk.now += 0.001
        #expect(throws: APIRefusal.apiKeyExpired(publicKey: key.hex)) { try desk.query(.whoami, by: key) }
    }

    @Test("a key without an end outlives everything") func longLived() throws {
        let desk = try Desk()
        desk.now += 1e9
        #expect(try desk.query(.whoami)["userId"]?.string == desk.rootUserId.text)
    }

    @Test("the longest life that can be asked for does not overflow") func longestLife() throws {
        let desk = try Desk()
        let key = P256.Signing.PrivateKey()
        let activity = try desk.submit(
            .stampLogin,
            ["publicKey": .string(key.hex), "expirationSeconds": "9223372036854775807"]
        )
        #expect(activity["status"]?.string == "ACTIVITY_STATUS_COMPLETED")
        _ = try desk.query(.whoami, by: key)
    }

    @Test("the eleventh expiring key takes the place of an expired one, then of the oldest") func eviction() throws {
        let desk = try Desk()
        let keys = (0..<12).map { _ in P256.Signing.PrivateKey() }
        for (index, key) in keys.prefix(10).enumerated() {
            // The third alone has expired when the eleventh comes.
            let seconds = index == 2 ? "30" : "900"
            _ = try desk.submit(
                .createAPIKeys,
                makeKeyParameters(key, for: desk.rootUserId, expirationSeconds: seconds)
            )
            desk.now += 3
        }
        func isKnown(_ key: P256.Signing.PrivateKey) -> Bool { (try? desk.query(.whoami, by: key)) != nil }
        desk.now += 10
        #expect(throws: APIRefusal.apiKeyExpired(publicKey: keys[2].hex)) { try desk.query(.whoami, by: keys[2]) }
        _ = try desk.submit(
            .createAPIKeys,
            makeKeyParameters(keys[10], for: desk.rootUserId, expirationSeconds: "900")
        )
        let gone = APIRefusal.publicKeyNotFound(publicKey: keys[2].hex, organizationId: desk.organizationId.text)
        #expect(throws: gone) { try desk.query(.whoami, by: keys[2]) }
        #expect(keys.map(isKnown) == [true, true, false] + Array(repeating: true, count: 8) + [false])
        _ = try desk.submit(.stampLogin, ["publicKey": .string(keys[11].hex)])
        #expect(keys.map(isKnown) == [false, true, false] + Array(repeating: true, count: 9))
        _ = try desk.query(.whoami)
    }

    @Test("deleting is all or nothing") func deleting() throws {
        let desk = try Desk()
        let key = P256.Signing.PrivateKey()
        let created = try desk.submit(.createAPIKeys, makeKeyParameters(key, for: desk.rootUserId))
        let id = try #require(created["result"]?["createApiKeysResult"]?["apiKeyIds"]?[0])
        let userId = JSONValue.string(desk.rootUserId.text)
        #expect(throws: APIRefusal.apiKeyNotFound) {
            try desk.submit(.deleteAPIKeys, ["userId": userId, "apiKeyIds": [id, .string(UUID().text)]])
        }
        _ = try desk.query(.whoami, by: key)
        let deleted = try desk.submit(.deleteAPIKeys, ["userId": userId, "apiKeyIds": [id]])
        #expect(deleted["result"] == ["deleteApiKeysResult": ["apiKeyIds": [id]]])
        #expect(throws: APIRefusal.self) { try desk.query(.whoami, by: key) }
    }

    @Test("several keys of a user are registered at once, all or none, and deleted at once") func several() throws {
        let desk = try Desk()
        let keys = (0..<5).map { _ in P256.Signing.PrivateKey() }
        func parameters(_ keys: [P256.Signing.PrivateKey]) -> JSONObject {
            let all = keys.map { makeKeyParameters($0, for: desk.rootUserId, expirationSeconds: "900") }
            let apiKeys = all.flatMap { $0["apiKeys"]?.elements ?? [] }
            return ["userId": .string(desk.rootUserId.text), "apiKeys": .array(apiKeys)]
        }
        let created = try desk.submit(.createAPIKeys, parameters(keys))
        let ids = try #require(created["result"]?["createApiKeysResult"]?["apiKeyIds"]?.elements)
        #expect(ids.count == 5)
        for key in keys { _ = try desk.query(.whoami, by: key) }
        let other = P256.Signing.PrivateKey()
        #expect(throws: APIRefusal.publicKeyTaken(publicKey: keys[0].hex)) {
            try desk.submit(.createAPIKeys, parameters([other, keys[0]]))
        }
        #expect(throws: APIRefusal.self) { try desk.query(.whoami, by: other) }
        _ = try desk.submit(.deleteAPIKeys, ["userId": .string(desk.rootUserId.text), "apiKeyIds": .array(ids)])
        for key in keys { #expect(throws: APIRefusal.self) { try desk.query(.whoami, by: key) } }
    }

    @Test("a public key may come back once it has expired") func again() throws {
        let desk = try Desk()
        let key = P256.Signing.PrivateKey()
        let parameters = makeKeyParameters(key, for: desk.rootUserId, expirationSeconds: "10")
        _ = try desk.submit(.createAPIKeys, parameters)
        #expect(throws: APIRefusal.publicKeyTaken(publicKey: key.hex)) { try desk.submit(.createAPIKeys, parameters) }
        desk.now += 10
        _ = try desk.submit(.createAPIKeys, parameters)
        _ = try desk.query(.whoami, by: key)
    }

    @Test("a key of one organization is unknown in another") func otherOrganization() throws {
        let key = P256.Signing.PrivateKey()
        let other = Fixture.Organization(
            organizationName: "Other",
            users: [Fixture.User(userName: "x", apiKeys: [.init(apiKeyName: "x", publicKey: key.hex)])]
        )
        let desk = try Desk(Fixture(organizations: Fixture.standard.organizations + [other]))
        let expected = APIRefusal.publicKeyNotFound(publicKey: key.hex, organizationId: desk.organizationId.text)
        #expect(throws: expected) { try desk.query(.whoami, by: key) }
        #expect(throws: expected) {
            try desk.submit(.createAPIKeys, makeKeyParameters(for: desk.rootUserId), by: key)
        }
    }
}

@Suite("Passkeys") struct PasskeyTests {
    @Test("a passkey that was registered stamps, its counter growing") func registration() async throws {
        let desk = try Desk()
        let passkey = SoftwarePasskey(origin: "http://localhost:8080")
        let activity = try desk.submit(
            .createAuthenticators,
            try makeAuthenticatorParameters(try passkey.registration(), for: desk.rootUserId)
        )
        let id = try #require(activity["result"]?["createAuthenticatorsResult"]?["authenticatorIds"]?[0])
        let user = try desk.query(.getUser, ["userId": .string(desk.rootUserId.text)])["user"]
        let authenticator = try #require(user?["authenticators"]?[0])
        #expect(authenticator["authenticatorId"] == id)
        #expect(authenticator["credentialId"]?.string == Base64URL.encode(passkey.credentialId))
        #expect(authenticator["credential"]?["publicKey"]?.string == Base64URL.encode(passkey.cosePublicKey))
        let body = Data(desk.makeQuery().text.utf8)
        for _ in 0..<3 {
            let stamp = try await makeStamp(body, by: passkey)
            #expect(try desk.send(.whoami, body, StampHeaders(webAuthn: [stamp]))["username"]?.string == "Root user")
        }
    }

    @Test("a good stamp counts even where the request is refused") func counter() async throws {
        let passkey = SoftwarePasskey()
        let desk = try Desk(makeFixture(passkey))
        let body = Data(desk.makeQuery(["colour": "blue"]).text.utf8)
        let stamp = StampHeaders(webAuthn: [try await makeStamp(body, by: passkey)])
        #expect(throws: APIRefusal.field(.unknown("colour"))) { try desk.send(.whoami, body, stamp) }
        #expect(throws: APIRefusal.webAuthnSignature(.counterWentBack)) { try desk.send(.whoami, body, stamp) }
    }

    @Test(
        "the origin of localhost is http with any port, and nothing else",
        arguments: [
            ("http://localhost", true), ("http://localhost:1", true), ("http://localhost:65535", true),
            ("http://localhost:65536", false), ("http://localhost:0", false), ("http://localhost:080", false),
            ("http://localhost:", false), ("http://localhost:+80", false), ("http://localhost:8080/", false),
            ("https://localhost", false), ("http://localhost.example", false), ("http://LOCALHOST", false),
            ("http://app.localhost", false), ("", false),
        ]
    )
    func localhost(origin: String, isAccepted: Bool) {
        #expect(RelyingParty(id: "localhost").accepts(origin: origin) == isAccepted)
    }

    @Test("a passkey works for the relying party that it was registered for, on its pages alone") func parties()
        async throws
    {
        let parties = try RelyingParties(
            rpIds: ["localhost", "example.com"],
            origins: ["http://localhost:*", "https://login.example.com"]
        )
        let desk = try Desk(parties: parties)
        let body = Data(desk.makeQuery().text.utf8)
        for (rpId, origin, failure) in [
            ("localhost", "http://localhost:8080", nil), ("example.com", "https://login.example.com", nil),
            ("localhost", "https://login.example.com", .wrongOrigin), ("example.com", "http://localhost", .wrongOrigin),
            ("example.com", "https://example.com", .wrongOrigin),
            ("example.org", "http://localhost", .wrongRelyingParty),
        ] as [(String, String, WebAuthnFailure?)] {
            let passkey = SoftwarePasskey(rpId: rpId, origin: origin)
            let parameters = try makeAuthenticatorParameters(try passkey.registration(), for: desk.rootUserId)
            if let failure {
                #expect(throws: APIRefusal.attestation(failure)) { try desk.submit(.createAuthenticators, parameters) }
            } else {
                _ = try desk.submit(.createAuthenticators, parameters)
                _ = try desk.send(.whoami, body, StampHeaders(webAuthn: [try await makeStamp(body, by: passkey)]))
            }
        }
    }

    @Test("a fixture's passkey belongs to the first relying party, or to the one that it names") func fixtureParty()
        async throws
    {
        let parties = RelyingParties(RelyingParty(id: "localhost"), RelyingParty(id: "example.com"))
        let passkey = SoftwarePasskey(rpId: "example.com", origin: "https://example.com")
        for (rpId, failure) in [("example.com", nil), (nil, .wrongOrigin)] as [(String?, WebAuthnFailure?)] {
            var fixture = makeFixture(passkey)
            fixture.organizations[0].users[0].authenticators?[0].rpId = rpId
            let desk = try Desk(fixture, parties: parties)
            let body = Data(desk.makeQuery().text.utf8)
            let stamp = StampHeaders(webAuthn: [try await makeStamp(body, by: passkey)])
            if let failure {
                #expect(throws: APIRefusal.webAuthnSignature(failure)) { try desk.send(.whoami, body, stamp) }
            } else {
                _ = try desk.send(.whoami, body, stamp)
            }
        }
        var fixture = makeFixture(passkey)
        fixture.organizations[0].users[0].authenticators?[0].rpId = "example.org"
        let path = "organizations[0].users[0].authenticators[0].rpId"
        #expect(throws: FixtureError.invalid(path: path, reason: "must be a relying party of the sandbox")) {
            try Desk(fixture, parties: parties)
        }
    }

    @Test(
        "another party has one origin",
        arguments: [
            ("https://example.com", true), ("https://example.com:443", false), ("http://example.com", false),
            ("https://www.example.com", false), ("https://example.com/", false),
        ]
    )
    func otherParty(origin: String, isAccepted: Bool) {
        #expect(RelyingParty(id: "example.com").accepts(origin: origin) == isAccepted)
        #expect(
            !RelyingParty(id: "example.com", origins: [.exactly("https://login.example.com")]).accepts(origin: origin)
        )
    }
}

@Suite("The software passkey") struct SoftwarePasskeyTests {
    @Test("counts its prompts, and refuses when told to") func prompts() async throws {
        let passkey = SoftwarePasskey()
        _ = try passkey.registration()
        _ = try await passkey.assertion(challenge: Data("a".utf8), rpId: "localhost")
        passkey.refuse()
        await #expect(throws: SoftwarePasskeyError.refused) {
            try await passkey.assertion(challenge: Data("a".utf8), rpId: "localhost")
        }
        passkey.approve()
        _ = try await passkey.assertion(challenge: Data("a".utf8), rpId: "localhost")
        #expect(passkey.promptCount == 4)
    }

    @Test("knows one relying party, and asks nobody for another") func otherParty() async {
        let passkey = SoftwarePasskey(rpId: "example.com", origin: "https://example.com")
        await #expect(throws: SoftwarePasskeyError.noPasskey(rpId: "localhost")) {
            try await passkey.assertion(challenge: Data("a".utf8), rpId: "localhost")
        }
        #expect(passkey.promptCount == 0)
    }

    @Test("no two are alike") func randomness() {
        let (one, other) = (SoftwarePasskey(), SoftwarePasskey())
        #expect(one.credentialId.count == 32)
        #expect(one.credentialId != other.credentialId)
        #expect(one.cosePublicKey.count == 77)
        #expect(one.cosePublicKey != other.cosePublicKey)
    }

    @Test("asserts at once from many places, each with a counter of its own") func concurrency() async throws {
        let passkey = SoftwarePasskey()
        let counters = try await withThrowingTaskGroup(of: Data.self) { group in
            for _ in 0..<50 {
                group.addTask {
                    let assertion = try await passkey.assertion(challenge: Data("a".utf8), rpId: "localhost")
                    return assertion.authenticatorData.suffix(4)
                }
            }
            return try await group.reduce(into: Set()) { $0.insert($1) }
        }
        #expect(counters.count == 50)
    }
}
