// SPDX-License-Identifier: Apache-2.0
import Crypto
import Foundation
import SoftwarePasskey
import Testing

@testable import TurnkeySandbox

@Suite("Sub-organizations") struct SubOrganizationTests {
    @Test("has root users of its own, with what they sign in with") func creation() async throws {
        let desk = try Desk()
        let (key, passkey) = (P256.Signing.PrivateKey(), SoftwarePasskey())
        let sub = try desk.makeSubOrganization(
            "Ada's",
            try makeRootUser(email: "ada@example.com", key: key, passkey: passkey),
            try makeRootUser("Bob")
        )
        let own = try desk.query(.whoami, ["organizationId": .string(sub.id.text)], by: key)
        #expect(
            own == [
                "organizationId": .string(sub.id.text), "organizationName": "Ada's",
                "userId": .string(sub.rootUserIds[0].text), "username": "Ada",
            ]
        )
        let body = Data(desk.makeQuery(["organizationId": .string(sub.id.text)]).text.utf8)
        #expect(try desk.send(.whoami, body, StampHeaders(webAuthn: [try await makeStamp(body, by: passkey)])) == own)
        let users = try desk.query(.listUsers, ["organizationId": .string(sub.id.text)], by: key)["users"]
        #expect(users?.elements?.map { $0["userName"]?.string } == ["Ada", "Bob"])
        #expect(users?[0]?["userEmail"]?.string == "ada@example.com")
        #expect(users?[0]?["authenticators"]?.elements?.count == 1)
    }

    @Test("the version that clients send is served in its own words", arguments: [7, 8]) func versions(
        version: Int
    )
        throws
    {
        let desk = try Desk()
        let parameters = makeSubOrganizationParameters("Ada's", [try makeRootUser()])
        var body = desk.makeSubmission(.createSubOrganization, parameters)
        body["type"] = .string("ACTIVITY_TYPE_CREATE_SUB_ORGANIZATION_V\(version)")
        let activity = try desk.send(.createSubOrganization, body)["activity"]
        #expect(activity?["type"] == body["type"])
        #expect(activity?["intent"]?.names == ["createSubOrganizationIntentV\(version)"])
        let result = activity?["result"]?["createSubOrganizationResultV\(version)"]
        #expect(result?.names == ["subOrganizationId", "rootUserIds"])
    }

    @Test("the parent reads what is in it, and remains who it is") func parentReads() throws {
        let desk = try Desk()
        let sub = try desk.makeSubOrganization("Ada's", try makeRootUser())
        let query: JSONObject = ["organizationId": .string(sub.id.text)]
        #expect(try desk.query(.listUsers, query)["users"]?[0]?["userName"]?.string == "Ada")
        let user = query.merging(["userId": .string(sub.rootUserIds[0].text)]) { $1 }
        #expect(try desk.query(.getAPIKeys, user)["apiKeys"] == [])
        #expect(try desk.query(.getAuthenticators, user)["authenticators"] == [])
        #expect(try desk.query(.whoami, query)["userId"]?.string == desk.rootUserId.text)
    }

    @Test("a user of it who names the parent is found, for what may be asked so and nothing else", arguments: [0, 1])
    func resolution(pendingPolls: Int) async throws {
        let desk = try Desk(pendingPolls: pendingPolls)
        let (key, passkey) = (P256.Signing.PrivateKey(), SoftwarePasskey())
        let made = try desk.submit(
            .createSubOrganization,
            makeSubOrganizationParameters("Ada's", [try makeRootUser(key: key, passkey: passkey)])
        )
        _ = try desk.query(.getActivity, ["activityId": made["id"] ?? .null])
        let body = Data(desk.makeQuery().text.utf8)
        let whoami = try desk.send(.whoami, body, StampHeaders(webAuthn: [try await makeStamp(body, by: passkey)]))
        #expect(whoami["organizationName"]?.string == "Ada's")
        #expect(try desk.query(.whoami, by: key) == whoami)

        let login = P256.Signing.PrivateKey()
        let activity = try desk.submit(.stampLogin, ["publicKey": .string(login.hex)], by: key)
        #expect(activity["organizationId"] == whoami["organizationId"])
        let polled = try desk.query(.getActivity, ["activityId": activity["id"] ?? .null], by: key)["activity"]
        let token = try #require(polled?["result"]?["stampLoginResult"]?["session"]?.string)
        let claims = try JSONObject(
            reading: try #require(Base64URL.decode(String(token.split(separator: ".")[1])))
        )
        #expect(claims["organization_id"] == whoami["organizationId"])
        #expect(claims["user_id"] == whoami["userId"])
        #expect(try desk.query(.whoami, by: login) == whoami)

        let unknown = APIRefusal.publicKeyNotFound(publicKey: key.hex, organizationId: desk.organizationId.text)
        #expect(throws: unknown) { try desk.query(.listUsers, by: key) }
        #expect(throws: unknown) {
            try desk.submit(.createAPIKeys, makeKeyParameters(for: desk.rootUserId), by: key)
        }
    }

    @Test("a new key of it polls its own activity in the parent's name") func newKeysPoll() throws {
        let desk = try Desk(pendingPolls: 1)
        let (key, login) = (P256.Signing.PrivateKey(), P256.Signing.PrivateKey())
        let made = try desk.submit(
            .createSubOrganization,
            makeSubOrganizationParameters("Ada's", [try makeRootUser(key: key)])
        )
        _ = try desk.query(.getActivity, ["activityId": made["id"] ?? .null])
        let pending = try desk.submit(.stampLogin, ["publicKey": .string(login.hex)], by: key)
        let query: JSONObject = ["activityId": pending["id"] ?? .null]
        #expect(throws: APIRefusal.self) { try desk.query(.getActivity, query, by: login) }
        let answer = try desk.query(.getActivity, query, by: login)["activity"]
        #expect(answer?["status"]?.string == "ACTIVITY_STATUS_COMPLETED")
    }

    @Test("a key of the parent's own is the parent's, whatever is below") func parentFirst() throws {
        let desk = try Desk()
        _ = try desk.makeSubOrganization("Ada's", try makeRootUser(key: desk.rootKey))
        #expect(try desk.query(.whoami)["organizationId"]?.string == desk.organizationId.text)
    }

    @Test("its activities are its own: neither the parent nor a sister has them") func activities() throws {
        let desk = try Desk()
        let (key, other) = (P256.Signing.PrivateKey(), P256.Signing.PrivateKey())
        let sub = try desk.makeSubOrganization("Ada's", try makeRootUser(key: key))
        let sister = try desk.makeSubOrganization("Bob's", try makeRootUser("Bob", key: other))
        let parameters = makeKeyParameters(for: sub.rootUserIds[0])
        let activity = try desk.submit(.createAPIKeys, parameters, in: sub.id, by: key)
        #expect(activity["organizationId"]?.string == sub.id.text)
        let query: JSONObject = ["activityId": activity["id"] ?? .null]
        #expect(throws: APIRefusal.activityNotFound) { try desk.query(.getActivity, query) }
        let inSister = query.merging(["organizationId": .string(sister.id.text)]) { $1 }
        #expect(throws: APIRefusal.activityNotFound) { try desk.query(.getActivity, inSister, by: other) }
        let inSub = query.merging(["organizationId": .string(sub.id.text)]) { $1 }
        #expect(try desk.query(.getActivity, inSub)["activity"] == activity)
        let unknown = APIRefusal.publicKeyNotFound(publicKey: other.hex, organizationId: sub.id.text)
        #expect(throws: unknown) { try desk.query(.getActivity, inSub, by: other) }
    }

    @Test(
        "list_suborgs finds them by what they have",
        arguments: [
            (nil, [0, 1]), ("NAME", [0]), ("USERNAME", [1]), ("EMAIL", [0]), ("CREDENTIAL_ID", [0]),
            ("PUBLIC_KEY", [1]),
            ("PHONE_NUMBER", []),
        ] as [(String?, [Int])]
    )
    func list(filter: String?, expected: [Int]) throws {
        let desk = try Desk()
        let (key, passkey) = (P256.Signing.PrivateKey(), SoftwarePasskey())
        let ids = [
            try desk.makeSubOrganization("Ada's", try makeRootUser(email: "ada@example.com", passkey: passkey)).id,
            try desk.makeSubOrganization("Bob's", try makeRootUser("Bob", key: key)).id,
        ]
        let values = [
            "NAME": "Ada's", "USERNAME": "Bob", "EMAIL": "ada@example.com", "PUBLIC_KEY": key.hex,
            "CREDENTIAL_ID": Base64URL.encode(passkey.credentialId), "PHONE_NUMBER": "+15550100",
        ]
        var query: JSONObject = [:]
        if let filter { query = ["filterType": .string(filter), "filterValue": .string(values[filter] ?? "")] }
        let found = try desk.query(.listSubOrganizations, query)["organizationIds"]?.elements
        #expect(found == expected.map { .string(ids[$0].text) })
    }
}
