// SPDX-License-Identifier: Apache-2.0
import Crypto
import Foundation
import Testing

@testable import TurnkeySandbox

@Suite("Policies") struct PolicyTests {
    struct Row: CustomTestStringConvertible {
        let testDescription: String
        let policies: [(effect: String, consensus: String?, condition: String?)]
        /// Whether Grace may make users, and whether she may register a key for herself.
        let mayMakeUsers: Bool
        let mayRegisterKeys: Bool

        init(_ name: String, _ mayMakeUsers: Bool, _ mayRegisterKeys: Bool, _ policies: (String, String?, String?)...) {
            testDescription = name
            self.policies = policies
            self.mayMakeUsers = mayMakeUsers
            self.mayRegisterKeys = mayRegisterKeys
        }
    }

    private static let grace = UUID()
    private static let (allow, deny) = ("EFFECT_ALLOW", "EFFECT_DENY")
    private static let isGrace = "approvers.any(user, user.id == '\(grace.text)')"
    private static let isOther = "approvers.any(user, user.id == '\(UUID().text)')"
    private static let isUsers = "activity.type == 'ACTIVITY_TYPE_CREATE_USERS_V4'"
    private static let isKeys = "activity.type == 'ACTIVITY_TYPE_CREATE_API_KEYS_V2'"

    @Test(
        "decide for a user who is no root user, and never for one who is",
        arguments: [
            Row("without any, only what one signs in with oneself", false, true),
            Row("what is allowed", true, true, (allow, isGrace, isUsers)),
            Row("everything is allowed", true, true, (allow, nil, nil)),
            Row("what is allowed to another", false, true, (allow, isOther, isUsers)),
            Row("what is allowed for something else", false, true, (allow, isGrace, isKeys)),
            Row("what is denied, though it is one's own", false, false, (deny, isGrace, isKeys)),
            Row("what is denied to another", false, true, (deny, isOther, isKeys)),
            Row("a denial wins", false, true, (allow, nil, nil), (deny, isGrace, isUsers)),
            Row(
                "a denial of all that is created",
                false,
                false,
                (allow, nil, nil),
                (deny, nil, "activity.action == 'CREATE'")
            ),
            Row(
                "a denial of all that is deleted",
                true,
                true,
                (allow, nil, nil),
                (deny, nil, "activity.action == 'DELETE'")
            ),
            Row(
                "a denial of everything but keys",
                false,
                true,
                (allow, nil, nil),
                (deny, nil, "activity.type != 'ACTIVITY_TYPE_CREATE_API_KEYS_V2'")
            ),
            Row("a denial of never", true, true, (allow, "true", "true"), (deny, nil, "false")),
        ]
    )
    func decisions(_ row: Row) throws {
        let key = P256.Signing.PrivateKey()
        let policies = row.policies.enumerated().map { index, policy in
            Fixture.Policy(
                policyName: "Policy \(index)",
                effect: policy.effect,
                consensus: policy.consensus,
                condition: policy.condition
            )
        }
        let desk = try Desk(makeFixture(user: key, id: Self.grace, policies: policies))
        for (endpoint, parameters, isAllowed) in [
            (.createUsers, ["users": [.object(try makeUser())]], row.mayMakeUsers),
            (.createAPIKeys, makeKeyParameters(for: Self.grace, expirationSeconds: "60"), row.mayRegisterKeys),
        ] as [(Endpoint, JSONObject, Bool)] {
            if isAllowed {
                _ = try desk.submit(endpoint, parameters, by: key)
            } else {
                #expect(throws: APIRefusal.notAuthorized) { try desk.submit(endpoint, parameters, by: key) }
            }
        }
        // Another one's keys are nobody's own; and the root user does what he likes.
        let own = makeKeyParameters(for: desk.rootUserId, expirationSeconds: "60")
        if !row.policies.contains(where: { $0.effect == Self.allow }) {
            #expect(throws: APIRefusal.notAuthorized) { try desk.submit(.createAPIKeys, own, by: key) }
        }
        _ = try desk.submit(.createAPIKeys, own)
        _ = try desk.query(.listUsers, by: key)
    }

    @Test("what is refused is no activity, and can be sent again when it is allowed") func refusedIsNotKept() throws {
        let key = P256.Signing.PrivateKey()
        let desk = try Desk(makeFixture(user: key))
        let body = desk.makeSubmission(.createUsers, ["users": [.object(try makeUser())]])
        #expect(throws: APIRefusal.notAuthorized) { try desk.send(.createUsers, body, by: key) }
        #expect(try desk.send(.createUsers, body)["activity"]?["status"]?.string == "ACTIVITY_STATUS_COMPLETED")
    }

    @Test(
        "an expression is read as it is meant, spaces or none",
        arguments: [
            ("true", true), ("false", false), (" true ", true), ("true&&false", false), ("false || true", true),
            ("true || true && false", true), ("false && true || false", false),
            ("activity.type=='ACTIVITY_TYPE_STAMP_LOGIN'", true),
            ("activity.type == 'ACTIVITY_TYPE_STAMP_LOGIN' && activity.action == 'CREATE'", true),
            ("activity.type != 'ACTIVITY_TYPE_STAMP_LOGIN'", false), ("activity.action == 'DELETE'", false),
            ("approvers.any(user, user.id == '\(grace.uuidString)')", true),
            ("approvers.any( user , user.id=='\(grace.text)' )", true), ("approvers.count() >= 1", true),
            ("approvers.count()>=2", false),
        ]
    )
    func expressions(text: String, holds: Bool) throws {
        let request = PolicyExpression.Request(kind: StampLogin.kind, approvers: [Self.grace])
        #expect(try #require(PolicyExpression(text)).holds(for: request) == holds)
    }

    @Test("an expression of the limit is read, and a longer one is not") func limit() {
        let text = "true" + String(repeating: " ", count: PolicyExpression.limitBytes - 4)
        #expect(PolicyExpression(text) != nil)
        #expect(PolicyExpression(text + " ") == nil)
    }

    @Test(
        "what the sandbox does not know of the language is no expression",
        arguments: [
            "", " ", "true &&", "|| true", "TRUE", "!true", "(true)", "activity.type", "activity.type == ''",
            "activity.type == \"X\"", "activity.resource == 'WALLET'", "activity.type = 'X'", "activity.type == 'x'",
            "approvers.count() >= 0", "approvers.count() > 1", "approvers.count() >= 1000",
            "approvers.any(user, user.id == 'me')", "eth.tx.to == '0X'", "true true",
        ]
    )
    func noExpressions(text: String) {
        #expect(PolicyExpression(text) == nil)
    }
}
