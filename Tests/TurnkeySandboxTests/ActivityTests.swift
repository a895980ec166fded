// SPDX-License-Identifier: Apache-2.0
import Crypto
import Foundation
import SoftwarePasskey
import Testing

@testable import TurnkeySandbox

@Suite("Activities") struct ActivityTests {
    @Test("an activity has the members of a captured one, and the same words") func shape() throws {
        let captured = try #require(try Vectors.turnkey("real_activity_responses").last?["response"]?["activity"])
        let desk = try Desk()
        let body = desk.makeSubmission(.createAPIKeys, makeKeyParameters(for: desk.rootUserId))
        let activity = try #require(try desk.send(.createAPIKeys, body)["activity"])
        #expect(activity.names == captured.names)
        #expect(activity["createdAt"]?.names == captured["createdAt"]?.names)
        for name in ["status", "canApprove", "canReject", "failure"] {
            #expect(activity[name] == captured[name], "\(name)")
        }
        let vote = try #require(activity["votes"]?[0])
        let capturedVote = try #require(captured["votes"]?[0])
        #expect(vote.names == capturedVote.names)
        #expect(vote["selection"] == capturedVote["selection"])
        #expect(vote["scheme"] == capturedVote["scheme"])
        // Only this member is younger than the capture.
        #expect(vote["user"]?.names.subtracting(["mfaPolicies"]) == capturedVote["user"]?.names)
        #expect(vote["user"]?["apiKeys"]?[0]?.names == capturedVote["user"]?["apiKeys"]?[0]?.names)
        #expect(vote["message"]?.string == body.text)
        #expect(vote["publicKey"]?.string == desk.rootKey.hex)
        #expect(vote["activityId"] == activity["id"])
        #expect(activity["fingerprint"]?.string == Activity.fingerprint(of: Data(body.text.utf8)))
        #expect(activity["createdAt"] == ["seconds": "1750000000", "nanos": "0"])
        let id = try #require(activity["id"]?.string)
        #expect(id.dropFirst(14).first == "7")
        #expect(UUID(uuidString: id)?.text == id)
    }

    @Test("a passkey's vote shows its stamp") func passkeyVote() async throws {
        let passkey = SoftwarePasskey()
        let desk = try Desk(makeFixture(passkey))
        let body = Data(desk.makeSubmission(.createAPIKeys, makeKeyParameters(for: desk.rootUserId)).text.utf8)
        let headers = StampHeaders(webAuthn: [try await makeStamp(body, by: passkey)])
        let vote = try #require(try desk.send(.createAPIKeys, body, headers)["activity"]?["votes"]?[0])
        #expect(vote["scheme"]?.string == "SIGNATURE_SCHEME_TK_WEBAUTHN")
        #expect(vote["publicKey"]?.string == Base64URL.encode(passkey.cosePublicKey))
        let captured = try #require(
            try Vectors.turnkey("real_activity_responses").first?["response"]?["activity"]?["votes"]?[0]?["user"]
        )
        #expect(vote["user"]?["authenticators"]?[0]?.names == captured["authenticators"]?[0]?.names)
    }

    @Test("nulls are taken for absent, and dropped from the intent") func nulls() throws {
        let desk = try Desk()
        var parameters = makeKeyParameters(for: desk.rootUserId)
        guard case .object(var key) = parameters["apiKeys"]?[0] else { return }
        key["expirationSeconds"] = .null
        let expected = parameters
        parameters["apiKeys"] = [.object(key)]
        var body = desk.makeSubmission(.createAPIKeys, parameters)
        body["generateAppProofs"] = .null
        let activity = try desk.send(.createAPIKeys, body)["activity"]
        #expect(activity?["intent"] == .object(["createApiKeysIntentV2": .object(expected)]))
    }

    @Test("the same bytes are the same activity, once") func idempotency() throws {
        let desk = try Desk()
        let body = desk.makeSubmission(.createAPIKeys, makeKeyParameters(for: desk.rootUserId))
        let first = try desk.send(.createAPIKeys, body)
        #expect(try desk.send(.createAPIKeys, body) == first)
        #expect(try desk.query(.getAPIKeys)["apiKeys"]?.elements?.count == 2)
        // Other bytes of the same meaning are another activity, which finds the key there.
        var respelt = body
        respelt["generateAppProofs"] = false
        #expect(throws: APIRefusal.self) { try desk.send(.createAPIKeys, respelt) }
    }

    @Test("a submission sent again is authenticated again") func idempotencyNeedsAStamp() throws {
        let desk = try Desk()
        let body = desk.makeSubmission(.createAPIKeys, makeKeyParameters(for: desk.rootUserId))
        _ = try desk.send(.createAPIKeys, body)
        #expect(throws: APIRefusal.stampMissing(.submit)) {
            try desk.send(.createAPIKeys, Data(body.text.utf8), StampHeaders())
        }
        #expect(throws: APIRefusal.self) { try desk.send(.createAPIKeys, body, by: P256.Signing.PrivateKey()) }
        desk.now += 3600
        #expect(throws: APIRefusal.timestampOutOfRange) { try desk.send(.createAPIKeys, body) }
    }

    @Test("a refused submission is no activity: it can be sent again") func refusedIsNotKept() throws {
        let desk = try Desk()
        for _ in 0..<9 {
            _ = try desk.submit(.createAPIKeys, makeKeyParameters(for: desk.rootUserId))
        }
        let body = desk.makeSubmission(.createAPIKeys, makeKeyParameters(for: desk.rootUserId))
        #expect(throws: APIRefusal.tooManyLongLivedKeys) { try desk.send(.createAPIKeys, body) }
        let last = try #require(try desk.query(.getAPIKeys)["apiKeys"]?[9]?["apiKeyId"])
        _ = try desk.submit(.deleteAPIKeys, ["userId": .string(desk.rootUserId.text), "apiKeyIds": [last]])
        #expect(try desk.send(.createAPIKeys, body)["activity"]?["status"]?.string == "ACTIVITY_STATUS_COMPLETED")
    }

    @Test("the edges of the timestamp's window are inside", arguments: [-3599.999, 300])
    func window(seconds: Double) throws {
        let desk = try Desk()
        let time = desk.now.addingTimeInterval(seconds)
        let body = desk.makeSubmission(.createAPIKeys, makeKeyParameters(for: desk.rootUserId), at: time)
        #expect(try desk.send(.createAPIKeys, body)["activity"]?["status"]?.string == "ACTIVITY_STATUS_COMPLETED")
    }
}

@Suite("Pending activities") struct PendingActivityTests {
    @Test("the Nth poll completes", arguments: 1...3) func polls(count: Int) throws {
        let desk = try Desk(pendingPolls: count)
        let key = P256.Signing.PrivateKey()
        let pending = try desk.submit(.createAPIKeys, makeKeyParameters(key, for: desk.rootUserId))
        #expect(pending["status"]?.string == "ACTIVITY_STATUS_PENDING")
        #expect(pending["result"] == [:])
        for poll in 1...count {
            #expect(throws: APIRefusal.self, "before poll \(poll)") { try desk.query(.whoami, by: key) }
            let answer = try desk.query(.getActivity, ["activityId": pending["id"] ?? .null])["activity"]
            let expected = poll == count ? "ACTIVITY_STATUS_COMPLETED" : "ACTIVITY_STATUS_PENDING"
            #expect(answer?["status"]?.string == expected)
        }
        _ = try desk.query(.whoami, by: key)
        let again = try desk.query(.getActivity, ["activityId": pending["id"] ?? .null])["activity"]
        #expect(again?["result"]?["createApiKeysResult"]?["apiKeyIds"]?.elements?.count == 1)
        #expect(try desk.query(.getAPIKeys)["apiKeys"]?.elements?.count == 2)
    }

    @Test("the key that it registers polls it too: it is unknown until the Nth poll is over") func newKeysPolls() throws
    {
        let desk = try Desk(pendingPolls: 2)
        let key = P256.Signing.PrivateKey()
        let pending = try desk.submit(.createAPIKeys, makeKeyParameters(key, for: desk.rootUserId))
        let query: JSONObject = ["activityId": pending["id"] ?? .null]
        let unknown = APIRefusal.publicKeyNotFound(publicKey: key.hex, organizationId: desk.organizationId.text)
        #expect(throws: unknown) { try desk.query(.whoami, by: key) }
        for _ in 0..<2 { #expect(throws: unknown) { try desk.query(.getActivity, query, by: key) } }
        let answer = try desk.query(.getActivity, query, by: key)["activity"]
        #expect(answer?["status"]?.string == "ACTIVITY_STATUS_COMPLETED")
    }

    @Test("sending the same bytes again is a poll too") func resubmission() throws {
        let desk = try Desk(pendingPolls: 2)
        let body = desk.makeSubmission(.createAPIKeys, makeKeyParameters(for: desk.rootUserId))
        let statuses = try (0..<4).map { _ in try desk.send(.createAPIKeys, body)["activity"]?["status"]?.string }
        #expect(
            statuses.map { $0?.dropFirst("ACTIVITY_STATUS_".count) } == [
                "PENDING", "PENDING", "COMPLETED", "COMPLETED",
            ]
        )
        #expect(try desk.query(.getAPIKeys)["apiKeys"]?.elements?.count == 2)
    }

    @Test("what cannot be done any more by then has failed, and says why") func failed() throws {
        let desk = try Desk(pendingPolls: 1)
        let key = P256.Signing.PrivateKey()
        let first = try desk.submit(.createAPIKeys, makeKeyParameters(key, for: desk.rootUserId))
        let second = try desk.submit(.createAPIKeys, makeKeyParameters(key, for: desk.rootUserId))
        _ = try desk.query(.getActivity, ["activityId": first["id"] ?? .null])
        let answer = try desk.query(.getActivity, ["activityId": second["id"] ?? .null])["activity"]
        #expect(answer?["status"]?.string == "ACTIVITY_STATUS_FAILED")
        #expect(answer?["result"] == [:])
        #expect(answer?["failure"]?["code"] == 3)
        #expect(answer?["failure"]?["message"]?.string == APIRefusal.publicKeyTaken(publicKey: key.hex).message)
        #expect(answer?["failure"]?.names == ["code", "message", "details"])
    }

    @Test("what cannot be done now is refused now") func refused() throws {
        let desk = try Desk(pendingPolls: 1)
        #expect(throws: APIRefusal.userNotFound) { try desk.submit(.createAPIKeys, makeKeyParameters(for: UUID())) }
    }

    @Test("a key's life begins when it is made, not when it was asked for") func expiry() throws {
        let desk = try Desk(pendingPolls: 1)
        let key = P256.Signing.PrivateKey()
        let pending = try desk.submit(
            .createAPIKeys,
            makeKeyParameters(key, for: desk.rootUserId, expirationSeconds: "10")
        )
        desk.now += 60
        _ = try desk.query(.getActivity, ["activityId": pending["id"] ?? .null])
        desk.now += 9
        _ = try desk.query(.whoami, by: key)
        desk.now += 1
        #expect(throws: APIRefusal.apiKeyExpired(publicKey: key.hex)) { try desk.query(.whoami, by: key) }
    }
}
