// SPDX-License-Identifier: Apache-2.0
import Crypto
import Foundation
import SoftwarePasskey
import Testing

@testable import TurnkeySandbox

@Suite("Fixtures") struct FixtureTests {
    @Test("a fixture that was written is read") func roundTrip() throws {
        let fixture = makeFixture(SoftwarePasskey())
        #expect(try Fixture(reading: try JSONEncoder().encode(fixture)) == fixture)
    }

    @Test("every member comes to the place that it names") func everyMember() async throws {
        let passkey = SoftwarePasskey()
        let key = P256.Signing.PrivateKey()
        let ids = (0..<4).map { _ in UUID().text }
        let json = """
            {"organizations":[{"organizationId":"\(ids[0])","organizationName":"Acme","users":[{"userId":"\(ids[1])",
            "userName":"Root","userEmail":"r@example.com","userPhoneNumber":null,"apiKeys":[{"apiKeyId":"\(ids[2])",
            "apiKeyName":"CI","publicKey":"\(key.hex)","expirationSeconds":"60"}],"authenticators":[{
            "authenticatorId":"\(ids[3])","authenticatorName":"Laptop","counter":7,
            "credentialId":"\(Base64URL.encode(passkey.credentialId))",
            "publicKey":"\(Base64URL.encode(passkey.cosePublicKey))",
            "transports":["AUTHENTICATOR_TRANSPORT_USB"]}]}]}]}
            """
        let desk = try Desk(try Fixture(reading: Data(json.utf8)))
        let user = try #require(try desk.query(.getUser, ["userId": .string(ids[1])], by: key)["user"])
        #expect(desk.organizationId.text == ids[0])
        #expect(user["userEmail"]?.string == "r@example.com")
        #expect(user["apiKeys"]?[0]?["apiKeyId"]?.string == ids[2])
        #expect(user["apiKeys"]?[0]?["expirationSeconds"]?.string == "60")
        #expect(user["apiKeys"]?[1]?["credential"]?["publicKey"]?.string == desk.rootKey.hex)
        #expect(user["authenticators"]?[0]?["authenticatorId"]?.string == ids[3])
        #expect(user["authenticators"]?[0]?["transports"] == ["AUTHENTICATOR_TRANSPORT_USB"])
        // The counter starts behind the fixture's 7: the eighth assertion is the first that is believed.
        let body = Data(desk.makeQuery().text.utf8)
        for count in 1...8 {
            let stamp = StampHeaders(webAuthn: [try await makeStamp(body, by: passkey)])
            #expect((try? desk.send(.whoami, body, stamp)) != nil ? count == 8 : count < 8)
        }
    }

    @Test(
        "a fixture that cannot be is refused, and where is said",
        arguments: [
            ("[", "the fixture is not JSON"),
            ("{}", "the fixture is wrong at the top: `organizations` is missing"),
            (#"{"organizations":[],"colour":1}"#, "the fixture has an unknown member: colour"),
            (
                #"{"organizations":[{"organizationName":"A","users":[{"userName":"U","admin":true}]}]}"#,
                "the fixture has an unknown member: organizations[0].users[0].admin"
            ),
            (
                #"{"organizations":[{"organizationName":"A","users":[{}]}]}"#,
                "the fixture is wrong at organizations[0].users[0]: `userName` is missing"
            ),
            (#"{"organizations":[],}"#, "the fixture is not JSON"),
            (#"{"organizations":[],"organizations":[]}"#, "the fixture is not JSON"),
            (#"{"organizations":[]} x"#, "the fixture is not JSON"),
            (
                #"{"organizations":[]}"#,
                "the fixture is wrong at organizations: the first organization needs a user: its root user"
            ),
            (
                #"{"organizations":[{"organizationName":"A","users":[{"userName":"U","isRootUser":false}]}]}"#,
                "the fixture is wrong at organizations[0].users[0].isRootUser: must not be false"
            ),
            (
                #"{"organizations":[{"organizationName":"A","users":[{"userName":"U"}],"policies":[{"policyName":"P","effect":"ALLOW"}]}]}"#,
                "the fixture is wrong at organizations[0].policies[0].effect: must be EFFECT_ALLOW or EFFECT_DENY"
            ),
            (
                #"{"organizations":[{"organizationName":"A","users":[{"userName":"U"}],"policies":[{"policyName":"P","effect":"EFFECT_DENY","condition":"x"}]}]}"#,
                "the fixture is wrong at organizations[0].policies[0].condition: "
                    + "is not an expression that this sandbox reads"
            ),
            (
                #"{"organizations":[{"organizationName":"A","users":[{"userName":"U"}],"sessionProfiles":[{"sessionProfileName":"S","scope":"true","expirationSeconds":"0"}]}]}"#,
                "the fixture is wrong at organizations[0].sessionProfiles[0].expirationSeconds: "
                    + "invalid api key expiration"
            ),
            (
                #"{"organizations":[{"organizationName":"A","users":[{"userName":"U"}],"subOrganizations":[{"organizationName":"B","users":[],"subOrganizations":[{"organizationName":"C","users":[]}]}]}]}"#,
                "the fixture is wrong at organizations[0].subOrganizations[0].subOrganizations: "
                    + "a sub-organization has none"
            ),
            (
                #"{"organizations":[{"organizationId":"00000000-0000-4000-8000-000000000000","organizationName":"A","users":[{"userName":"U"}],"subOrganizations":[{"organizationId":"00000000-0000-4000-8000-000000000000","organizationName":"B","users":[]}]}]}"#,
                "the fixture is wrong at organizations[0].subOrganizations[0].organizationId: is there twice"
            ),
            (
                #"{"organizations":[{"organizationName":"A","users":[{"userName":"U","apiKeys":[{"apiKeyName":"k","publicKey":"02"}]}]}]}"#,
                "the fixture is wrong at organizations[0].users[0].apiKeys[0].publicKey: "
                    + "must be a compressed P-256 point in 66 hex digits"
            ),
            (
                #"{"organizations":[{"organizationName":"A","users":[{"userName":"U","authenticators":[{"authenticatorName":"k","credentialId":"AA","publicKey":"AA"}]}]}]}"#,
                "the fixture is wrong at organizations[0].users[0].authenticators[0].publicKey: "
                    + "must be an ES256 key in COSE form, base64url"
            ),
        ]
    )
    func refusal(json: String, message: String) {
        let error = #expect(throws: FixtureError.self) {
            _ = try Desk(try Fixture(reading: Data(json.utf8)))
        }
        #expect(error?.message == message)
    }

    @Test(
        "a number out of range is named as that, and where it is",
        arguments: [
            "4294967296", "99999999999999999999", "-1", "1.5", "123456789012345678901234567890", "1e300",
        ]
    )
    func numberRange(_ number: String) {
        for (json, path) in [
            (#"{"organizations":[{"rootQuorumThreshold":\#(number)}]}"#, "organizations[0].rootQuorumThreshold"),
            (
                #"{"organizations":[{"users":[{},{"authenticators":[{"counter":\#(number)}]}]}]}"#,
                "organizations[0].users[1].authenticators[0].counter"
            ),
        ] {
            let error = #expect(throws: FixtureError.self) { _ = try Fixture(reading: Data(json.utf8)) }
            #expect(error?.message == "the fixture is wrong at \(path): \(Self.range)")
        }
    }

    @Test("so is one that is out of every range", arguments: ["1e999", "-1E400", "1e99999999999999999999"])
    func numberWithoutRange(_ number: String) {
        let error = #expect(throws: FixtureError.self) { _ = try Fixture(reading: Data("[ \(number)]".utf8)) }
        #expect(error?.message == "the fixture is wrong at byte 2: \(Self.range)")
    }

    private static let range = "the number is out of range: it is a whole one from 0 to 4294967295"

    @Test("an identifier twice, a key twice and a tenth long-lived key of the root user are refused") func conflicts() {
        let id = UUID()
        let user = Fixture.User(userId: id, userName: "U")
        let key = P256.Signing.PrivateKey().hex
        let keys = (0..<10).map { _ in Fixture.APIKey(apiKeyName: "k", publicKey: P256.Signing.PrivateKey().hex) }
        func error(_ users: [Fixture.User]) -> FixtureError? {
            let fixture = Fixture(organizations: [Fixture.Organization(organizationName: "A", users: users)])
            return #expect(throws: FixtureError.self) { _ = try Desk(fixture) }
        }
        #expect(error([user, user]) == .invalid(path: "organizations[0].users[1].userId", reason: "is there twice"))
        let twice = Fixture.APIKey(apiKeyName: "k", publicKey: key)
        #expect(
            error([Fixture.User(userName: "U", apiKeys: [twice, twice])])
                == .invalid(
                    path: "organizations[0].users[0].apiKeys[1]",
                    reason: APIRefusal.publicKeyTaken(publicKey: key).message
                )
        )
        #expect(
            error([Fixture.User(userName: "U", apiKeys: keys)])
                == .invalid(
                    path: "organizations[0].users[0].apiKeys",
                    reason: APIRefusal.tooManyLongLivedKeys.message
                )
        )
    }
}
