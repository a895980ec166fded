// SPDX-License-Identifier: Apache-2.0
import Crypto
import Foundation
import LoopbackPeers
import NIOHTTP1
import StampClient
import Testing

@testable import TurnkeyClient

@Suite("An activity that is accepted is followed, whatever happens to a poll", .timeLimit(.minutes(15)))
struct PollingTests {
    private static let refusal = #"{"code":8,"message":"m","details":[],"turnkeyErrorCode":""}"#

    private static func makeActivity(_ status: String) -> String {
        #"{"activity":{"id":"a1","organizationId":"o","status":"ACTIVITY_STATUS_\#(status)","fingerprint":"sha256:ff","#
            + #""type":"ACTIVITY_TYPE_CREATE_API_KEYS_V2","result":{"createApiKeysResult":{"apiKeyIds":["k1"]}}}}"#
    }

    private func submit(_ api: FakeAPI, limit: Duration) async throws(TurnkeyError) -> Activity {
        let turnkey: Turnkey
        do {
            turnkey = try Fixtures.makeTurnkey(
                api,
                requestTimeout: .seconds(15),
                polling: ActivityPolling(interval: .milliseconds(1), limit: limit)
            )
        } catch {
            throw .cancelled
        }
        return try await turnkey.client(APIKeyStamper(P256.Signing.PrivateKey()))
            .submit("create_api_keys", body: Data(#"{"organizationId":"o"}"#.utf8))
    }

    /// What one poll is answered.
    struct Accident: Sendable, CustomTestStringConvertible {
        let answer: FakeAPI.Answer
        var testDescription: String { "\(answer.status) \(answer.body.prefix(20)) \(answer.isWhole)" }
    }

    static let accidents: [Accident] =
        [408, 425, 429, 500, 502, 503, 504, 599].map { Accident(answer: .init(status: $0, body: refusal)) } + [
            Accident(answer: .init(status: 429, headers: ["Retry-After: 0"], body: "")),
            Accident(answer: .init(status: 502, body: "<html>")), Accident(answer: .init(body: "<html>")),
            Accident(answer: .init(body: "{", isWhole: false)), Accident(answer: .init(body: "{}")),
            Accident(answer: .init(body: makeActivity("COMPLETED").replacing("a1", with: "a2"))),
        ]

    @Test("a poll that is answered \"later\", badly or not at all is made again", arguments: accidents)
    func accident(_ accident: Accident) async throws {
        let api = FakeAPI { _, number in
            switch number {
            case 0: .init(body: Self.makeActivity("PENDING"))
            case 1, 2: accident.answer
            default: .init(body: Self.makeActivity("COMPLETED"))
            }
        }
        #expect(try await submit(api, limit: .seconds(240)).status == "ACTIVITY_STATUS_COMPLETED")
        #expect(api.requests.count == 4)
    }

    @Test("a status that is not known is no end", arguments: ["EXECUTING", "QUEUED", "COMPLETED_"])
    func unknownStatus(_ status: String) async throws {
        let api = FakeAPI { _, number in .init(body: Self.makeActivity(number < 3 ? status : "COMPLETED")) }
        #expect(try await submit(api, limit: .seconds(240)).status == "ACTIVITY_STATUS_COMPLETED")
        let stuck = FakeAPI { _, _ in .init(body: Self.makeActivity(status)) }
        await #expect { try await submit(stuck, limit: .milliseconds(20)) } throws: { error in
            guard case .activityPending(let activity, nil)? = error as? TurnkeyError else { return false }
            return activity.id == "a1" && (error as? TurnkeyError)?.fallback == .retry
        }
    }

    @Test("who gives up has the activity's identifier and fingerprint, and what happened last")
    func gaveUp() async throws {
        let api = FakeAPI { _, number in
            number == 0 ? .init(body: Self.makeActivity("PENDING")) : .init(status: 503, body: Self.refusal)
        }
        do throws(TurnkeyError) {
            _ = try await submit(api, limit: .seconds(20))
            Issue.record("no error")
        } catch {
            guard case .activityPending(let activity, .api(let cause)?) = error else {
                Issue.record("\(error)")
                return
            }
            #expect(activity.id == "a1")
            #expect(activity.fingerprint == "sha256:ff")
            #expect(cause.httpStatus == 503)
            #expect(error.fallback == .retry)
            #expect(error.message.contains("a1"))
        }
    }

    @Test(
        "a wait that the API asks for and that does not fit ends it at once",
        arguments: ["3600", "99999999999999999999"]
    )
    func longRetryAfter(_ seconds: String) async throws {
        let api = FakeAPI { _, number in
            number == 0
                ? .init(body: Self.makeActivity("PENDING"))
                : .init(status: 429, headers: ["Retry-After: \(seconds)"], body: Self.refusal)
        }
        await #expect { try await submit(api, limit: .seconds(240)) } throws: { error in
            if case .activityPending? = error as? TurnkeyError { true } else { false }
        }
        #expect(api.requests.count == 2)
    }

    @Test("a poll that is refused for good ends it, with the identifier and the refusal's fallback")
    func refused() async throws {
        let api = FakeAPI { _, number in
            number == 0
                ? .init(body: Self.makeActivity("PENDING"))
                : .init(status: 403, body: #"{"code":7,"message":"no","turnkeyErrorCode":"REQUEST_NOT_AUTHORIZED"}"#)
        }
        await #expect { try await submit(api, limit: .seconds(240)) } throws: { error in
            guard case .activityPending(let activity, .api?)? = error as? TurnkeyError else { return false }
            return activity.id == "a1" && (error as? TurnkeyError)?.fallback == .never
        }
        #expect(api.requests.count == 2)
    }

    @Test(
        "an activity that needs somebody's approval is a result of its own",
        arguments: ["CONSENSUS_NEEDED", "AUTHENTICATORS_NEEDED"]
    )
    func needsApproval(_ status: String) async throws {
        let api = FakeAPI { _, _ in .init(body: Self.makeActivity(status)) }
        await #expect { try await submit(api, limit: .seconds(240)) } throws: { error in
            guard case .activityNeedsApproval(let activity)? = error as? TurnkeyError else { return false }
            return activity.fingerprint == "sha256:ff" && (error as? TurnkeyError)?.fallback == .never
        }
    }

    @Test("waiting goes over what happens to its first look as over any other", arguments: accidents)
    func firstLook(_ accident: Accident) async throws {
        let api = FakeAPI { _, number in
            number < 2 ? accident.answer : .init(body: Self.makeActivity("COMPLETED"))
        }
        let turnkey = try Fixtures.makeTurnkey(
            api,
            requestTimeout: .seconds(15),
            polling: ActivityPolling(interval: .milliseconds(1), limit: .seconds(240))
        )
        let activity = try await turnkey.client(APIKeyStamper(P256.Signing.PrivateKey())).waitForActivity("a1")
        #expect(activity.status == "ACTIVITY_STATUS_COMPLETED")
        #expect(api.requests.count == 3)
    }

    @Test("what was never seen is told by what kept it from being looked at")
    func neverSeen() async throws {
        let busy = FakeAPI { _, _ in .init(status: 503, body: Self.refusal) }
        let client = try Fixtures.makeTurnkey(busy).client(APIKeyStamper(P256.Signing.PrivateKey()))
        await #expect { try await client.waitForActivity("a1", limit: .milliseconds(50)) } throws: { error in
            if case .api(let refusal)? = error as? TurnkeyError { refusal.httpStatus == 503 } else { false }
        }
        let strict = FakeAPI { _, _ in .init(status: 404, body: #"{"code":5,"message":"no activity"}"#) }
        let other = try Fixtures.makeTurnkey(strict).client(APIKeyStamper(P256.Signing.PrivateKey()))
        await #expect { try await other.waitForActivity("a1", limit: .seconds(240)) } throws: { error in
            if case .api(let refusal)? = error as? TurnkeyError { refusal.httpStatus == 404 } else { false }
        }
        #expect(strict.requests.count == 1)
    }

    @Test("a stamper that asks a person looks once")
    func prompting() async throws {
        let (api, passkey) = (FakeAPI { _, _ in .init(body: Self.makeActivity("PENDING")) }, CountingPasskey())
        let client = try Fixtures.makeTurnkey(api, passkey: passkey).passkeyClient().api
        await #expect { try await client.waitForActivity("a1", limit: .seconds(60)) } throws: { error in
            if case .activityPending? = error as? TurnkeyError { true } else { false }
        }
        #expect(passkey.prompts.count == 1)
    }

    @Test("waiting goes on through an approval that is needed, to the end")
    func waits() async throws {
        let api = FakeAPI { _, number in
            .init(
                body: Self.makeActivity(
                    ["CONSENSUS_NEEDED", "CONSENSUS_NEEDED", "PENDING", "COMPLETED"][min(number, 3)]
                )
            )
        }
        let client = try Fixtures.makeTurnkey(api).client(APIKeyStamper(P256.Signing.PrivateKey()))
        let activity = try await client.waitForActivity("a1", limit: .seconds(240))
        #expect(activity.status == "ACTIVITY_STATUS_COMPLETED")
        let unapproved = FakeAPI { _, _ in .init(body: Self.makeActivity("CONSENSUS_NEEDED")) }
        let other = try Fixtures.makeTurnkey(unapproved).client(APIKeyStamper(P256.Signing.PrivateKey()))
        await #expect { try await other.waitForActivity("a1", limit: .milliseconds(20)) } throws: { error in
            if case .activityNeedsApproval? = error as? TurnkeyError { true } else { false }
        }
    }

    @Test("pauses double from accident to accident, up to ten seconds, and an answer begins anew")
    func schedule() throws {
        let start = ContinuousClock.now
        let polling = ActivityPolling(interval: .milliseconds(500), limit: .seconds(100))
        var schedule = PollSchedule(polling, until: start + polling.limit)
        #expect(schedule.pauseAfterAnswer(at: start) == .milliseconds(500))
        let pauses = (0..<6).map { _ in schedule.pauseAfterAccident(at: start, retryAfter: nil, jitter: 0) }
        #expect(pauses == [1, 2, 4, 8, 10, 10].map { .seconds($0) })
        #expect(schedule.pauseAfterAccident(at: start, retryAfter: nil, jitter: 1) == .seconds(15))
        #expect(schedule.pauseAfterAccident(at: start, retryAfter: .seconds(30), jitter: 0) == .seconds(30))
        #expect(schedule.pauseAfterAccident(at: start, retryAfter: .seconds(101), jitter: 0) == nil)
        #expect(schedule.pauseAfterAnswer(at: start) == .milliseconds(500))
        #expect(schedule.pauseAfterAccident(at: start, retryAfter: .zero, jitter: 0) == .seconds(1))
    }

    @Test("the time that is given is used: the last poll is at its end, and none is behind it")
    func wholeTime() {
        let (start, polling) = (ContinuousClock.now, ActivityPolling(interval: .milliseconds(500), limit: .seconds(3)))
        func at(_ seconds: Double) -> ContinuousClock.Instant { start + .seconds(seconds) }
        var schedule = PollSchedule(polling, until: at(3))
        #expect(schedule.pauseAfterAnswer(at: at(2.5)) == .milliseconds(500))
        #expect(schedule.pauseAfterAnswer(at: at(2.75)) == .milliseconds(250))
        #expect(schedule.pauseAfterAnswer(at: at(3)) == nil)
        #expect(schedule.pauseAfterAnswer(at: at(3.25)) == nil)
        #expect(schedule.pauseAfterAccident(at: at(2.5), retryAfter: nil, jitter: 1) == .milliseconds(500))
        #expect(schedule.pauseAfterAccident(at: at(2), retryAfter: .seconds(1), jitter: 1) == .seconds(1))
        #expect(schedule.pauseAfterAccident(at: at(2.5), retryAfter: .seconds(1), jitter: 0) == nil)
        #expect(schedule.pauseAfterAccident(at: at(3), retryAfter: .zero, jitter: 0) == nil)
        var none = PollSchedule(ActivityPolling(limit: .zero), until: start)
        #expect(none.pauseAfterAnswer(at: start) == nil)
    }

    @Test(
        "Retry-After is seconds or a date, never negative, never more than anything waits; else nothing",
        arguments: [
            ("7", Duration.seconds(7)), ("0", .zero), ("99999999999999999999999", .seconds(1_000_000_000)),
            ("Sun, 06 Nov 1994 08:49:47 GMT", .seconds(10)), ("Sun, 06 Nov 1994 08:49:30 GMT", .zero),
            ("-1", nil), ("1.5", nil), ("soon", nil), ("", nil), ("+3", nil), ("٣", nil),
            ("Sun, 06 Nov 1994 08:49:47\u{738}MT", nil), ("Sun, 06 Nov 1994 08:49:47 CET", nil),
            ("Sun, 31 Feb 1994 08:49:47 GMT", nil), ("Sun, 06 Nov 1994 24:49:47 GMT", nil),
        ]
    )
    func retryAfter(_ text: String, _ expected: Duration?) {
        let headers = [("Date", "Sun, 06 Nov 1994 08:49:37 GMT"), ("Retry-After", text)]
        #expect(HTTPAnswer(status: 429, headers: .init(headers), body: Data()).retryAfter == expected)
    }
}
