// SPDX-License-Identifier: Apache-2.0
import Crypto
import Foundation
import SoftwarePasskey
import Testing

@testable import TurnkeySandbox

@Suite("Users") struct UserTests {
    @Test("those that are made sign in, and are not root users", arguments: [3, 4]) func creation(version: Int) throws {
        let desk = try Desk()
        let key = P256.Signing.PrivateKey()
        var body = desk.makeSubmission(
            .createUsers,
            ["users": [.object(try makeUser(key: key)), .object(try makeUser("Hedy"))]]
        )
        body["type"] = .string("ACTIVITY_TYPE_CREATE_USERS_V\(version)")
        let activity = try #require(try desk.send(.createUsers, body)["activity"])
        #expect(activity["intent"]?.names == ["createUsersIntentV\(version)"])
        let ids = activity["result"]?["createUsersResult"]?["userIds"]?.elements
        #expect(ids?.count == 2)
        let whoami = try desk.query(.whoami, by: key)
        #expect(whoami["userId"] == ids?[0])
        #expect(whoami["username"]?.string == "Grace")
        #expect(throws: APIRefusal.notAuthorized) {
            try desk.submit(.createUsers, ["users": [.object(try makeUser("Mary"))]], by: key)
        }
    }

    @Test("of a list that cannot be made, nobody is") func allOrNone() throws {
        let desk = try Desk()
        let key = P256.Signing.PrivateKey()
        let users: JSONValue = [.object(try makeUser(key: key)), .object(try makeUser("Hedy", key: key))]
        #expect(throws: APIRefusal.publicKeyTaken(publicKey: key.hex)) {
            try desk.submit(.createUsers, ["users": users])
        }
        #expect(try desk.query(.listUsers)["users"]?.elements?.count == 1)
    }

    @Test("a passkey is read by itself and with the others, and is gone when it is deleted") func authenticators()
        async throws
    {
        let desk = try Desk()
        let passkeys = [SoftwarePasskey(), SoftwarePasskey()]
        let user: JSONObject = ["userId": .string(desk.rootUserId.text)]
        for passkey in passkeys {
            let parameters = try makeAuthenticatorParameters(try passkey.registration(), for: desk.rootUserId)
            _ = try desk.submit(.createAuthenticators, parameters)
        }
        let all = try #require(try desk.query(.getAuthenticators, user)["authenticators"]?.elements)
        #expect(all.map { $0["credentialId"]?.string } == passkeys.map { Base64URL.encode($0.credentialId) })
        let id = try #require(all[0]["authenticatorId"])
        #expect(try desk.query(.getAuthenticator, ["authenticatorId": id])["authenticator"] == all[0])
        let deletion = user.merging(["authenticatorIds": [id]]) { $1 }
        let activity = try desk.submit(.deleteAuthenticators, deletion)
        #expect(activity["result"]?["deleteAuthenticatorsResult"]?["authenticatorIds"] == [id])
        #expect(try desk.query(.getAuthenticators, user)["authenticators"] == [all[1]])
        let body = Data(desk.makeQuery().text.utf8)
        let gone = APIRefusal.credentialNotFound(
            credentialId: Base64URL.encode(passkeys[0].credentialId),
            organizationId: desk.organizationId.text
        )
        let stamp = StampHeaders(webAuthn: [try await makeStamp(body, by: passkeys[0])])
        #expect(throws: gone) { try desk.send(.whoami, body, stamp) }
    }

    @Test("deleting passkeys is all or nothing") func deletion() throws {
        let desk = try Desk(makeFixture(SoftwarePasskey()))
        let user: JSONObject = ["userId": .string(desk.rootUserId.text)]
        let all = try #require(try desk.query(.getAuthenticators, user)["authenticators"])
        let ids: JSONValue = [all[0]?["authenticatorId"] ?? .null, .string(UUID().text)]
        #expect(throws: APIRefusal.authenticatorNotFound) {
            try desk.submit(.deleteAuthenticators, user.merging(["authenticatorIds": ids]) { $1 })
        }
        #expect(try desk.query(.getAuthenticators, user)["authenticators"] == all)
    }
}
