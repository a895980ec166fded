// SPDX-License-Identifier: Apache-2.0
import Crypto
import Foundation
import Testing

@testable import TurnkeySandbox

@Suite("Session profiles") struct SessionProfileTests {
    /// Makes a profile, and answers its identifier.
    private func makeProfile(_ desk: Desk, scope: String = "true", seconds: String? = nil) throws -> JSONValue {
        var parameters: JSONObject = ["sessionProfileName": "Reader", "scope": .string(scope), "notes": "a note"]
        parameters["expirationSeconds"] = seconds.map { .string($0) }
        let activity = try desk.submit(.createSessionProfile, parameters)
        return try #require(activity["result"]?["createSessionProfileResult"]?["sessionProfileId"])
    }

    /// Logs in, and answers the token's claims.
    private func logIn(
        _ desk: Desk,
        _ key: P256.Signing.PrivateKey,
        profile: JSONValue?,
        seconds: String? = nil,
        by caller: P256.Signing.PrivateKey? = nil
    ) throws -> JSONObject {
        var parameters: JSONObject = ["publicKey": .string(key.hex)]
        parameters["sessionProfileId"] = profile
        parameters["expirationSeconds"] = seconds.map { .string($0) }
        let activity = try desk.submit(.stampLogin, parameters, by: caller)
        let token = try #require(activity["result"]?["stampLoginResult"]?["session"]?.string)
        return try JSONObject(reading: try #require(Base64URL.decode(String(token.split(separator: ".")[1]))))
    }

    @Test(
        "a session lives as long as is asked, as its profile allows, or 900 seconds: the shorter of the two",
        arguments: [
            (nil, nil, 900), ("60", nil, 60), (nil, "60", 60), ("60", "30", 30), ("30", "60", 30), (nil, "3600", 3600),
            ("60", "60", 60),
        ] as [(String?, String?, Int64)]
    )
    func expiration(asked: String?, limit: String?, expected: Int64) throws {
        let desk = try Desk()
        let key = P256.Signing.PrivateKey()
        let claims = try logIn(desk, key, profile: try makeProfile(desk, seconds: limit), seconds: asked)
        #expect(claims["exp"] == .integer(desk.now.unixSeconds + expected))
        desk.now += TimeInterval(expected) - 0.001
        _ = try desk.query(.whoami, by: key)
        desk.now += 0.001
        #expect(throws: APIRefusal.apiKeyExpired(publicKey: key.hex)) { try desk.query(.whoami, by: key) }
    }

    @Test("the token names the profile and its scope, and so does the key") func claims() throws {
        let desk = try Desk()
        let key = P256.Signing.PrivateKey()
        let profile = try makeProfile(desk, scope: "activity.action == 'DELETE'", seconds: "60")
        let claims = try logIn(desk, key, profile: profile)
        #expect(claims["session_type"] == "Reader")
        #expect(claims["session_profile_id"] == profile)
        #expect(claims["scope"] == "activity.action == 'DELETE'")
        let keys = try desk.query(.getAPIKeys)["apiKeys"]?.elements
        #expect(keys?.last?["credential"]?["sessionProfileId"] == profile)
        #expect(keys?.first?["credential"]?.names == ["publicKey", "type"])
        let read = try desk.query(.getSessionProfile, ["sessionProfileId": profile])["sessionProfile"]
        #expect(
            read?.names == [
                "sessionProfileId", "sessionProfileName", "scope", "expirationSeconds", "notes", "createdAt",
                "updatedAt",
            ]
        )
        #expect(try desk.query(.getSessionProfiles)["sessionProfiles"] == [read ?? .null])
    }

    @Test("a session does what its scope allows, a root user's too, and reads whatever it says") func scope() throws {
        let desk = try Desk()
        let key = P256.Signing.PrivateKey()
        let profile = try makeProfile(desk, scope: "activity.type == 'ACTIVITY_TYPE_CREATE_API_KEYS_V2'")
        _ = try logIn(desk, key, profile: profile)
        _ = try desk.submit(.createAPIKeys, makeKeyParameters(for: desk.rootUserId), by: key)
        _ = try desk.query(.listUsers, by: key)
        #expect(throws: APIRefusal.notAuthorized) {
            try desk.submit(.createUsers, ["users": [.object(try makeUser())]], by: key)
        }
        // It cannot leave its limits by a new session without them.
        #expect(throws: APIRefusal.notAuthorized) {
            try desk.submit(.stampLogin, ["publicKey": .string(P256.Signing.PrivateKey().hex)], by: key)
        }
    }

    @Test("a session of a sub-organization takes a profile of the parent's") func parentsProfile() throws {
        let desk = try Desk()
        let (owner, key) = (P256.Signing.PrivateKey(), P256.Signing.PrivateKey())
        let profile = try makeProfile(desk, scope: "false", seconds: "60")
        let sub = try desk.makeSubOrganization("Ada's", try makeRootUser(key: owner))
        let claims = try logIn(desk, key, profile: profile, by: owner)
        #expect(claims["organization_id"]?.string == sub.id.text)
        #expect(claims["exp"] == .integer(desk.now.unixSeconds + 60))
        #expect(throws: APIRefusal.notAuthorized) {
            try desk.submit(.createAPIKeys, makeKeyParameters(for: sub.rootUserIds[0]), in: sub.id, by: key)
        }
    }
}

@Suite("Read-only sessions") struct ReadOnlySessionTests {
    /// Makes a session as this key's user, and answers what the activity says.
    private func makeSession(_ desk: Desk, by key: P256.Signing.PrivateKey? = nil) throws -> JSONValue {
        try #require(try desk.submit(.createReadOnlySession, [:], by: key)["result"]?["createReadOnlySessionResult"])
    }

    private func read(
        _ desk: Desk,
        _ endpoint: Endpoint,
        _ token: String,
        _ members: JSONObject = [:]
    ) throws
        -> JSONObject
    {
        try desk.send(endpoint, Data(desk.makeQuery(members).text.utf8), StampHeaders(session: [token]))
    }

    @Test("reads as its user for an hour, and not a moment longer") func life() throws {
        let desk = try Desk()
        let session = try makeSession(desk)
        #expect(session["sessionExpiry"]?.string == String(desk.now.unixSeconds + 3600))
        #expect(session["organizationName"]?.string == "Sandbox Organization")
        let token = try #require(session["session"]?.string)
        desk.now += 3599.999
        let whoami = try read(desk, .whoami, token)
        #expect(whoami["userId"]?.string == desk.rootUserId.text)
        #expect(whoami["userId"] == session["userId"])
        #expect(whoami["username"] == session["username"])
        _ = try read(desk, .listUsers, token)
        desk.now += 0.001
        #expect(throws: APIRefusal.session) { try read(desk, .whoami, token) }
    }

    @Test("a user of a sub-organization names the parent, and reads their own alone") func subOrganization() throws {
        let desk = try Desk()
        let key = P256.Signing.PrivateKey()
        let sub = try desk.makeSubOrganization("Ada's", try makeRootUser(key: key))
        let session = try makeSession(desk, by: key)
        #expect(session["organizationId"]?.string == sub.id.text)
        let token = try #require(session["session"]?.string)
        #expect(try read(desk, .whoami, token)["organizationId"]?.string == sub.id.text)
        _ = try read(desk, .listUsers, token, ["organizationId": .string(sub.id.text)])
        #expect(throws: APIRefusal.session) { try read(desk, .listUsers, token) }
    }

    @Test("anyone may have one, without a policy") func everyone() throws {
        let key = P256.Signing.PrivateKey()
        let desk = try Desk(makeFixture(user: key))
        #expect(try makeSession(desk, by: key)["username"]?.string == "Grace")
    }

    @Test("no two are alike") func randomness() throws {
        let desk = try Desk()
        #expect(try makeSession(desk)["session"] != makeSession(desk)["session"])
    }
}
