// SPDX-License-Identifier: Apache-2.0
import Crypto
import Foundation
import Testing

@testable import TurnkeySandbox

@Suite("Consensus") struct ConsensusTests {
    /// Who asks.
    private let agent = P256Key()
    /// Who has to approve.
    private let human = P256Key()
    /// Who has no say.
    private let stranger = P256Key()

    /// A desk where the agent signs once the human has approved; the stranger is a user too.
    private func makeDesk(_ policies: Fixture.Policy..., pendingPolls: Int = 0) throws -> Desk {
        let both = Fixture.Policy(
            policyName: "The agent signs what the human approves",
            effect: "EFFECT_ALLOW",
            consensus: "\(isApprover(agent)) && \(isApprover(human))",
            condition: "activity.action == 'SIGN'"
        )
        let users = [agent.user("Agent"), human.user("Human"), stranger.user("Stranger")]
        return try Desk(makeWalletFixture(users, policies: [both] + policies), pendingPolls: pendingPolls)
    }

    private func isApprover(_ user: P256Key) -> String { "approvers.any(user, user.id == '\(user.id.text)')" }

    private func vote(
        _ desk: Desk,
        _ endpoint: Endpoint = .approveActivity,
        on activity: JSONValue,
        by user: P256Key?
    ) throws(APIRefusal) -> JSONValue {
        try desk.submit(endpoint, ["fingerprint": activity["fingerprint"] ?? .null], by: user?.key)
    }

    private func read(_ desk: Desk, _ activity: JSONValue, by user: P256Key?) throws(APIRefusal) -> JSONValue {
        try desk.query(.getActivity, ["activityId": activity["id"] ?? .null], by: user?.key)["activity"] ?? .null
    }

    @Test("what one alone may not do waits, and is done when the other has approved it") func approval() throws {
        let desk = try makeDesk()
        let waiting = try desk.submit(.signTransaction, makeTransactionParameters(), by: agent.key)
        #expect(waiting["status"] == "ACTIVITY_STATUS_CONSENSUS_NEEDED")
        #expect(waiting["result"] == [:] && waiting["failure"] == .null)
        #expect(waiting["votes"]?.elements?.map { $0["userId"]?.string } == [agent.id.text])
        desk.now += 10
        let done = try vote(desk, on: waiting, by: human)
        #expect(done["id"] == waiting["id"] && done["status"] == "ACTIVITY_STATUS_COMPLETED")
        #expect(done["type"] == "ACTIVITY_TYPE_SIGN_TRANSACTION_V2")
        #expect(done["result"]?["signTransactionResult"]?["signedTransaction"] != nil)
        #expect(done["votes"]?.elements?.map { $0["userId"]?.string } == [agent.id.text, human.id.text])
        #expect(done["votes"]?.elements?.allSatisfy { $0["selection"] == "VOTE_SELECTION_APPROVED" } == true)
        #expect(done["votes"]?[1]?["publicKey"]?.string == human.key.hex)
        #expect(done["updatedAt"]?["seconds"]?.string == String(desk.now.unixSeconds))
        #expect(try read(desk, waiting, by: agent) == done)
    }

    @Test("either may ask, the other approves") func symmetry() throws {
        let desk = try makeDesk()
        let waiting = try desk.submit(.signTransaction, makeTransactionParameters(), by: human.key)
        #expect(try vote(desk, on: waiting, by: agent)["status"] == "ACTIVITY_STATUS_COMPLETED")
    }

    @Test("who may vote is told, each for themselves") func canVote() throws {
        let desk = try makeDesk()
        let waiting = try desk.submit(.signTransaction, makeTransactionParameters(), by: agent.key)
        #expect(waiting["canApprove"] == false && waiting["canReject"] == true)
        for (user, canApprove, canReject) in [
            (agent, false, true), (human, true, true), (stranger, false, false), (nil, true, true),
        ] as [(P256Key?, JSONValue, JSONValue)] {
            let seen = try read(desk, waiting, by: user)
            #expect(seen["canApprove"] == canApprove && seen["canReject"] == canReject)
        }
        let done = try vote(desk, on: waiting, by: human)
        #expect(done["canApprove"] == false && done["canReject"] == true)
    }

    @Test("a root user's approval is enough where the quorum is one") func root() throws {
        let desk = try makeDesk()
        let waiting = try desk.submit(.signTransaction, makeTransactionParameters(), by: agent.key)
        #expect(try vote(desk, on: waiting, by: nil)["status"] == "ACTIVITY_STATUS_COMPLETED")
    }

    @Test("a rejection ends it, the proposer's own too, and it is never done") func rejection() throws {
        for user in [agent, human, nil] {
            let desk = try makeDesk()
            let waiting = try desk.submit(.ethSendTransaction, makeSendParameters(), by: agent.key)
            let ended = try vote(desk, .rejectActivity, on: waiting, by: user)
            #expect(ended["status"] == "ACTIVITY_STATUS_REJECTED" && ended["result"] == [:])
            #expect(ended["votes"]?[1]?["selection"] == "VOTE_SELECTION_REJECTED")
            #expect(throws: APIRefusal.consensusNotNeeded) { try vote(desk, on: waiting, by: human) }
            #expect(try read(desk, waiting, by: agent)["status"] == "ACTIVITY_STATUS_REJECTED")
            #expect(desk.transactions.isEmpty)
        }
    }

    @Test("nothing is done of what waits") func nothingYet() throws {
        let desk = try makeDesk()
        let waiting = try desk.submit(.ethSendTransaction, makeSendParameters(), by: agent.key)
        #expect(desk.transactions.isEmpty)
        _ = try read(desk, waiting, by: agent)
        #expect(desk.transactions.isEmpty)
        _ = try vote(desk, on: waiting, by: human)
        #expect(desk.transactions.map { $0["userId"]?.string } == [agent.id.text])
    }

    @Test("what could not be done is refused before anybody is asked") func impossible() throws {
        let desk = try makeDesk()
        #expect(throws: APIRefusal.signerNotFound) {
            try desk.submit(.signTransaction, makeTransactionParameters("0x00"), by: agent.key)
        }
    }

    @Test("the same submission again is the same activity, and the same vote the same vote") func again() throws {
        let desk = try makeDesk()
        let body = desk.makeSubmission(.signTransaction, makeTransactionParameters())
        let waiting = try desk.send(.signTransaction, body, by: agent.key)["activity"] ?? .null
        #expect(try desk.send(.signTransaction, body, by: agent.key)["activity"] == waiting)
        let approval = desk.makeSubmission(.approveActivity, ["fingerprint": waiting["fingerprint"] ?? .null])
        let done = try desk.send(.approveActivity, approval, by: human.key)["activity"]
        #expect(done?["status"] == "ACTIVITY_STATUS_COMPLETED")
        #expect(try desk.send(.approveActivity, approval, by: human.key)["activity"] == done)
        let after = try desk.send(.signTransaction, body, by: agent.key)["activity"]
        #expect(after?["votes"]?.elements?.count == 2)
    }

    @Test("an approved activity is polled where activities are") func pending() throws {
        let desk = try makeDesk(pendingPolls: 2)
        let waiting = try desk.submit(.signTransaction, makeTransactionParameters(), by: agent.key)
        for _ in 0..<3 {
            #expect(try read(desk, waiting, by: agent)["status"] == "ACTIVITY_STATUS_CONSENSUS_NEEDED")
        }
        #expect(try vote(desk, on: waiting, by: human)["status"] == "ACTIVITY_STATUS_PENDING")
        #expect(throws: APIRefusal.consensusNotNeeded) { try vote(desk, on: waiting, by: nil) }
        #expect(try read(desk, waiting, by: agent)["status"] == "ACTIVITY_STATUS_PENDING")
        #expect(try read(desk, waiting, by: agent)["status"] == "ACTIVITY_STATUS_COMPLETED")
    }

    @Test("what cannot be done any more when it is approved has failed") func failed() throws {
        let making = Fixture.Policy(
            policyName: "Wallets by two",
            effect: "EFFECT_ALLOW",
            consensus: "approvers.count() >= 2",
            condition: "activity.type == 'ACTIVITY_TYPE_CREATE_WALLET'"
        )
        let desk = try makeDesk(making)
        let waiting = try desk.submit(.createWallet, makeWalletParameters("Taken"), by: agent.key)
        _ = try desk.submit(.createWallet, makeWalletParameters("Taken"))
        let ended = try vote(desk, on: waiting, by: stranger)
        #expect(ended["status"] == "ACTIVITY_STATUS_FAILED")
        #expect(ended["failure"]?["message"]?.string == APIRefusal.walletLabelTaken.message)
    }

    @Test("a number of approvals is one of different users") func count() throws {
        let three = Fixture.Policy(
            policyName: "Three",
            effect: "EFFECT_ALLOW",
            consensus: "approvers.count() >= 3",
            condition: "activity.type == 'ACTIVITY_TYPE_CREATE_WALLET'"
        )
        let desk = try makeDesk(three)
        let waiting = try desk.submit(.createWallet, makeWalletParameters(), by: agent.key)
        #expect(try vote(desk, on: waiting, by: human)["status"] == "ACTIVITY_STATUS_CONSENSUS_NEEDED")
        for user in [agent, human] {
            #expect(throws: APIRefusal.alreadyVoted) { try vote(desk, on: waiting, by: user) }
        }
        #expect(try vote(desk, on: waiting, by: stranger)["status"] == "ACTIVITY_STATUS_COMPLETED")
    }

    @Test("more approvals than there are users is never waited for") func tooMany() throws {
        let five = Fixture.Policy(policyName: "Five", effect: "EFFECT_ALLOW", consensus: "approvers.count() >= 5")
        let desk = try makeDesk(five)
        #expect(throws: APIRefusal.notAuthorized) {
            try desk.submit(.createWallet, makeWalletParameters(), by: agent.key)
        }
        _ = try desk.submit(.createUsers, ["users": [.object(try makeUser())]])
        let waiting = try desk.submit(.createWallet, makeWalletParameters(), by: agent.key)
        #expect(waiting["status"] == "ACTIVITY_STATUS_CONSENSUS_NEEDED")
    }

    @Test("an approval that a policy denies is refused, and does not count") func denied() throws {
        let deny = Fixture.Policy(policyName: "Not the human", effect: "EFFECT_DENY", consensus: isApprover(human))
        let desk = try makeDesk(deny)
        let waiting = try desk.submit(.signTransaction, makeTransactionParameters(), by: agent.key)
        #expect(throws: APIRefusal.notAuthorized) { try vote(desk, on: waiting, by: human) }
        #expect(try read(desk, waiting, by: agent)["votes"]?.elements?.count == 1)
    }

    @Test("approvals run out together a day after the first, and may be given again") func window() throws {
        let desk = try makeDesk()
        let waiting = try desk.submit(.signTransaction, makeTransactionParameters(), by: agent.key)
        desk.now += Activity.approvalSeconds
        #expect(try read(desk, waiting, by: agent)["canApprove"] == true)
        #expect(try vote(desk, on: waiting, by: human)["status"] == "ACTIVITY_STATUS_CONSENSUS_NEEDED")
        desk.now += Activity.approvalSeconds - 1
        let done = try vote(desk, on: waiting, by: agent)
        #expect(done["status"] == "ACTIVITY_STATUS_COMPLETED")
        #expect(done["votes"]?.elements?.count == 3)
    }

    @Test("a quorum of two root users approves what one of them asks for, whatever it is") func quorum() throws {
        let second = P256Key()
        let desk = try Desk(
            makeWalletFixture(
                [second.user("Second", isRootUser: true), stranger.user("Stranger")],
                rootQuorumThreshold: 2
            )
        )
        let waiting = try desk.submit(.createWallet, makeWalletParameters())
        #expect(waiting["status"] == "ACTIVITY_STATUS_CONSENSUS_NEEDED")
        #expect(throws: APIRefusal.notAuthorized) { try vote(desk, on: waiting, by: stranger) }
        #expect(throws: APIRefusal.alreadyVoted) { try vote(desk, on: waiting, by: nil) }
        #expect(try vote(desk, on: waiting, by: second)["status"] == "ACTIVITY_STATUS_COMPLETED")
        // What one signs in with oneself is one's own affair.
        let own = makeKeyParameters(for: desk.rootUserId, expirationSeconds: "60")
        #expect(try desk.submit(.createAPIKeys, own)["status"] == "ACTIVITY_STATUS_COMPLETED")
    }

    @Test("a sub-organization has the quorum that it was made with") func subOrganization() throws {
        let desk = try Desk()
        let (one, two) = (P256Key(), P256Key())
        var parameters = makeSubOrganizationParameters(
            "Shared",
            [try makeRootUser("One", key: one.key), try makeRootUser("Two", key: two.key)]
        )
        parameters["rootQuorumThreshold"] = 2
        let result = try desk.submit(.createSubOrganization, parameters)["result"]?["createSubOrganizationResultV8"]
        let id = try #require(UUID(uuidString: result?["subOrganizationId"]?.string ?? ""))
        let waiting = try desk.submit(.createWallet, makeWalletParameters(), in: id, by: one.key)
        #expect(waiting["status"] == "ACTIVITY_STATUS_CONSENSUS_NEEDED")
        let vote: JSONObject = ["fingerprint": waiting["fingerprint"] ?? .null]
        // The parent has no say, though it reads; its own organization has no such activity.
        #expect(throws: APIRefusal.organizationMismatch(target: id.text, caller: desk.organizationId.text)) {
            try desk.submit(.approveActivity, vote, in: id)
        }
        #expect(throws: APIRefusal.fingerprintNotFound) { try desk.submit(.approveActivity, vote) }
        let done = try desk.submit(.approveActivity, vote, in: id, by: two.key)
        #expect(done["status"] == "ACTIVITY_STATUS_COMPLETED")
    }

    @Test("what a parent's policies would have approved together is refused below it, where they have no vote")
    func parent() throws {
        let mailing = Fixture.Policy(
            policyName: "Mail by two",
            effect: "EFFECT_ALLOW",
            consensus: "approvers.count() >= 2",
            condition: "activity.type == 'ACTIVITY_TYPE_EMAIL_AUTH_V3'"
        )
        let desk = try makeDesk(mailing)
        let sub = try desk.makeSubOrganization("Ada's", try makeRootUser(email: "ada@example.com"))
        let parameters = makeEmailAuthParameters(to: "ada@example.com")
        #expect(throws: APIRefusal.notAuthorized) {
            try desk.submit(.emailAuth, parameters, in: sub.id, by: agent.key)
        }
        _ = try desk.submit(.emailAuth, parameters, in: sub.id)
        #expect(desk.mailbox.count == 1)
    }

    @Test("a session approves only what its profile is about") func scope() throws {
        let profile = Fixture.SessionProfile(
            sessionProfileName: "Signs",
            scope: "activity.type != 'ACTIVITY_TYPE_APPROVE_ACTIVITY'"
        )
        var fixture = makeWalletFixture([agent.user("Agent"), human.user("Human")])
        fixture.organizations[0].sessionProfiles = [profile]
        fixture.organizations[0].policies = [
            Fixture.Policy(policyName: "Two", effect: "EFFECT_ALLOW", consensus: "approvers.count() >= 2")
        ]
        let desk = try Desk(fixture)
        let id = try desk.query(.getSessionProfiles)["sessionProfiles"]?[0]?["sessionProfileId"] ?? .null
        let session = P256.Signing.PrivateKey()
        _ = try desk.submit(
            .stampLogin,
            ["publicKey": .string(session.hex), "sessionProfileId": id],
            by: human.key
        )
        let waiting = try desk.submit(.createWallet, makeWalletParameters(), by: agent.key)
        let vote: JSONObject = ["fingerprint": waiting["fingerprint"] ?? .null]
        #expect(throws: APIRefusal.notAuthorized) { try desk.submit(.approveActivity, vote, by: session) }
        #expect(try desk.submit(.rejectActivity, vote, by: session)["status"] == "ACTIVITY_STATUS_REJECTED")
    }

    @Test("activities are listed, the newest first, by status and type and in pages") func list() throws {
        let desk = try makeDesk()
        let waiting = try desk.submit(.signTransaction, makeTransactionParameters(), by: agent.key)
        desk.now += 1
        let payload = try desk.submit(.signRawPayload, makePayloadParameters())
        desk.now += 1
        let rejected = try desk.submit(.ethSendTransaction, makeSendParameters(), by: agent.key)
        _ = try vote(desk, .rejectActivity, on: rejected, by: agent)
        func list(_ query: JSONObject) throws -> [JSONValue?] {
            try #require(try desk.query(.listActivities, query, by: human.key)["activities"]?.elements).map { $0["id"] }
        }
        #expect(try list([:]) == [rejected["id"], payload["id"], waiting["id"]])
        #expect(try list(["filterByStatus": ["ACTIVITY_STATUS_CONSENSUS_NEEDED"]]) == [waiting["id"]])
        #expect(
            try list(["filterByStatus": ["ACTIVITY_STATUS_COMPLETED", "ACTIVITY_STATUS_REJECTED"]])
                == [rejected["id"], payload["id"]]
        )
        #expect(try list(["filterByType": ["ACTIVITY_TYPE_SIGN_RAW_PAYLOAD_V2"]]) == [payload["id"]])
        #expect(try list(["filterByType": ["ACTIVITY_TYPE_CREATE_POLICY_V3"]]).isEmpty)
        #expect(try list(["paginationOptions": ["limit": "1"]]) == [rejected["id"]])
        let behind: JSONObject = ["after": rejected["id"] ?? .null, "limit": "1"]
        #expect(try list(["paginationOptions": .object(behind)]) == [payload["id"]])
        // As its reader sees it, who may approve the one that waits.
        let query: JSONObject = ["filterByStatus": ["ACTIVITY_STATUS_CONSENSUS_NEEDED"]]
        let seen = try desk.query(.listActivities, query, by: human.key)["activities"]?[0]
        #expect(seen?["canApprove"] == true)
    }
}
