// SPDX-License-Identifier: Apache-2.0
import Crypto
import Foundation
import Testing

@testable import TurnkeySandbox

@Suite("E-mail authentication") struct EmailAuthTests {
    private static let address = "ada@example.com"

    @Test("the parent asks, and the bundle in the mailbox holds a key of the user's that stamps") func parent() throws {
        let desk = try Desk()
        let sub = try desk.makeSubOrganization("Ada's", try makeRootUser(email: Self.address))
        let target = P256.KeyAgreement.PrivateKey()
        let parameters = makeEmailAuthParameters(to: Self.address, target: target) {
            $0["expirationSeconds"] = "60"
            $0["emailCustomization"] = ["appName": "Acme", "magicLinkTemplate": "https://acme.example/login?bundle=%s"]
        }
        let activity = try desk.submit(.emailAuth, parameters, in: sub.id)
        #expect(activity["organizationId"]?.string == sub.id.text)
        let result = try #require(activity["result"]?["emailAuthResult"])
        #expect(result.names == ["userId", "apiKeyId"])
        #expect(result["userId"]?.string == sub.rootUserIds[0].text)
        let mail = try #require(desk.mailbox.first)
        #expect(desk.mailbox.count == 1)
        #expect(mail["to"]?.string == Self.address)
        #expect(mail["appName"]?.string == "Acme")
        for name in ["userId", "apiKeyId"] { #expect(mail[name] == result[name]) }
        let bundle = try #require(mail["credentialBundle"]?.string)
        #expect(mail["magicLink"]?.string == "https://acme.example/login?bundle=\(bundle)")

        let key = try openBundle(bundle, with: target)
        let query: JSONObject = ["organizationId": .string(sub.id.text)]
        #expect(try desk.query(.whoami, query, by: key)["username"]?.string == "Ada")
        let apiKey = try desk.query(.getAPIKey, query.merging(["apiKeyId": result["apiKeyId"] ?? .null]) { $1 })[
            "apiKey"
        ]
        #expect(apiKey?["credential"]?["type"]?.string == "CREDENTIAL_TYPE_EMAIL_AUTH_KEY_P256")
        #expect(apiKey?["apiKeyName"]?.string == "Email Auth - \(desk.now.unixSeconds)")
        desk.now += 60
        #expect(throws: APIRefusal.apiKeyExpired(publicKey: key.hex)) { try desk.query(.whoami, query, by: key) }
    }

    @Test("earlier keys of its kind go where that is asked, and no others") func invalidation() throws {
        let desk = try Desk()
        let owner = P256.Signing.PrivateKey()
        let sub = try desk.makeSubOrganization("Ada's", try makeRootUser(email: Self.address, key: owner))
        for _ in 0..<2 { _ = try desk.submit(.emailAuth, makeEmailAuthParameters(to: Self.address), in: sub.id) }
        let last = makeEmailAuthParameters(to: Self.address) { $0["invalidateExisting"] = true }
        _ = try desk.submit(.emailAuth, last, in: sub.id, by: owner)
        let query: JSONObject = [
            "organizationId": .string(sub.id.text), "userId": .string(sub.rootUserIds[0].text),
        ]
        let types = try desk.query(.getAPIKeys, query)["apiKeys"]?.elements?.map { $0["credential"]?["type"]?.string }
        #expect(types == ["CREDENTIAL_TYPE_API_KEY_P256", "CREDENTIAL_TYPE_EMAIL_AUTH_KEY_P256"])
        #expect(desk.mailbox.count == 3)
    }

    @Test("nothing is mailed before the activity completes, and then once") func pending() throws {
        let desk = try Desk(
            Fixture(organizations: [
                Fixture.Organization(
                    organizationName: "Acme",
                    users: [Fixture.User(userName: "Ada", userEmail: Self.address)]
                )
            ]),
            pendingPolls: 1
        )
        let body = desk.makeSubmission(.emailAuth, makeEmailAuthParameters(to: Self.address))
        _ = try desk.send(.emailAuth, body)
        #expect(desk.mailbox.isEmpty)
        for _ in 0..<2 { _ = try desk.send(.emailAuth, body) }
        #expect(desk.mailbox.count == 1)
    }

    @Test("a user of the parent who is no root user needs a policy for it") func policy() throws {
        let key = P256.Signing.PrivateKey()
        let condition = "activity.type == 'ACTIVITY_TYPE_EMAIL_AUTH_V3'"
        for isAllowed in [true, false] {
            let policy = Fixture.Policy(policyName: "May mail", effect: "EFFECT_ALLOW", condition: condition)
            let desk = try Desk(makeFixture(user: key, policies: isAllowed ? [policy] : []))
            let sub = try desk.makeSubOrganization("Ada's", try makeRootUser(email: Self.address))
            let parameters = makeEmailAuthParameters(to: Self.address)
            if isAllowed {
                _ = try desk.submit(.emailAuth, parameters, in: sub.id, by: key)
            } else {
                #expect(throws: APIRefusal.notAuthorized) {
                    try desk.submit(.emailAuth, parameters, in: sub.id, by: key)
                }
            }
            #expect(desk.mailbox.count == (isAllowed ? 1 : 0))
        }
    }
}
