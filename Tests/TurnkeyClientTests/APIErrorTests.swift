// SPDX-License-Identifier: Apache-2.0
import Crypto
import Foundation
import LoopbackPeers
import StampClient
import Testing
import TurnkeyClient

@Suite("What the API may answer instead", .timeLimit(.minutes(15)))
struct APIErrorTests {
    struct Row: Sendable, CustomTestStringConvertible {
        let status: Int
        let body: String
        let kind: APIError.Kind
        let fallback: Fallback
        var testDescription: String { "\(status) \(body)" }

        init(_ status: Int, _ body: String, _ kind: APIError.Kind, _ fallback: Fallback) {
            (self.status, self.body, self.kind, self.fallback) = (status, body, kind, fallback)
        }
    }

    private static func makeNew(_ code: Int, _ message: String, _ errorCode: String) -> String {
        #"{"code":\#(code),"message":"\#(message)","details":[{"@type":"type.googleapis.com/errors.v1.TurnkeyErrorDetail","turnkeyErrorCode":"\#(errorCode)"}],"turnkeyErrorCode":"\#(errorCode)"}"#
    }

    static let rows: [Row] = [
        Row(401, makeNew(16, "expired api key publicKey=02ab", "API_KEY_EXPIRED"), .apiKeyExpired, .passkey),
        Row(
            401,
            makeNew(16, "could not find public key in organization", "PUBLIC_KEY_NOT_FOUND"),
            .publicKeyNotFound,
            .passkey
        ),
        Row(
            401,
            #"{"code":16,"message":"m","details":[{"turnkeyErrorCode":"API_KEY_EXPIRED"}]}"#,
            .apiKeyExpired,
            .passkey
        ),
        Row(
            401,
            #"{"code":16,"message":"m","details":[],"turnkeyErrorCode":"PUBLIC_KEY_NOT_FOUND"}"#,
            .publicKeyNotFound,
            .passkey
        ),
        Row(
            403,
            #"{"code":7,"message":"authentication failed: rpc error: code = Unauthenticated desc = could not find public key in organization organizationId=a publicKey=b","details":[]}"#,
            .publicKeyNotFound,
            .passkey
        ),
        Row(
            403,
            #"{"code":7,"message":"authentication failed: rpc error: code = Unauthenticated desc = expired api key publicKey=b","details":[],"turnkeyErrorCode":""}"#,
            .apiKeyExpired,
            .passkey
        ),
        Row(401, #"{"code":16,"message":"expired api key"}"#, .apiKeyExpired, .passkey),
        // The code decides, whatever the words are.
        Row(403, makeNew(7, "expired api key", "REQUEST_NOT_AUTHORIZED"), .other, .never),
        Row(401, makeNew(16, "could not verify api key signature", "SIGNATURE_INVALID"), .other, .never),
        Row(401, makeNew(16, "credential ID could not be found", "CREDENTIAL_NOT_FOUND"), .other, .never),
        Row(403, makeNew(7, "request not authorized", "REQUEST_NOT_AUTHORIZED"), .other, .never),
        Row(403, #"{"code":7,"message":"You don't have sufficient permissions","details":[]}"#, .other, .never),
        Row(400, #"{"code":3,"message":"invalid parameter: expired api key is no name","details":[]}"#, .other, .never),
        Row(404, makeNew(5, "no organization found with the given ID", "ORGANIZATION_NOT_FOUND"), .other, .never),
        // Words are no evidence where they are not how the message of the older API begins.
        Row(403, #"{"code":7,"message":"policy \"expired api key\" denies this"}"#, .other, .never),
        Row(401, #"{"code":16,"message":"user says: could not find public key"}"#, .other, .never),
        // Whatever code is not known here: the status decides.
        Row(429, makeNew(8, "m", "SOME_NEW_QUOTA"), .rateLimited, .retry),
        Row(503, makeNew(14, "m", "UNAVAILABLE"), .internalError, .retry),
        Row(504, makeNew(4, "m", "DEADLINE_EXCEEDED"), .internalError, .retry),
        Row(529, makeNew(4, "m", "OVERLOADED"), .internalError, .retry),
        Row(408, makeNew(4, "m", "REQUEST_TIMEOUT"), .notYet, .retry),
        Row(408, #"{"code":4,"message":"m"}"#, .notYet, .retry), Row(425, makeNew(9, "m", ""), .notYet, .retry),
        Row(409, makeNew(10, "m", "SOMETHING_NEW"), .other, .never), Row(422, makeNew(3, "m", ""), .other, .never),
        // "Later" says nothing of the key.
        Row(503, makeNew(16, "m", "PUBLIC_KEY_NOT_FOUND"), .internalError, .retry),
        Row(429, #"{"code":8,"message":"","details":[],"turnkeyErrorCode":""}"#, .rateLimited, .retry),
        Row(429, makeNew(8, "rate limited", "RATE_LIMIT_EXCEEDED"), .rateLimited, .retry),
        Row(429, makeNew(8, "quota", "SIGNING_QUOTA_EXCEEDED"), .rateLimited, .retry),
        Row(500, makeNew(13, "internal server error", "INTERNAL"), .internalError, .retry),
        Row(503, #"{"code":14,"message":"unavailable","details":[]}"#, .internalError, .retry),
    ]

    @Test("is told by its error code, and in older answers by its words", arguments: rows)
    func classified(_ row: Row) async throws {
        let api = FakeAPI { _, _ in .init(status: row.status, body: row.body) }
        let client = try Fixtures.makeTurnkey(api).client(APIKeyStamper(P256.Signing.PrivateKey()))
        do throws(TurnkeyError) {
            _ = try await client.getWhoami()
            Issue.record("no error")
        } catch {
            // An API key has no session, so nobody is asked in its place.
            let refusal: APIError
            switch error {
            case .api(let found): refusal = found
            case .unknownKey(_, let found): refusal = found
            default:
                Issue.record("\(error)")
                return
            }
            #expect(refusal.kind == row.kind)
            #expect(refusal.httpStatus == row.status)
            #expect(error.fallback == (row.fallback == .passkey ? .never : row.fallback))
        }
    }

    @Test(
        "a refusal is about the clock where the API tells a time that is far from ours, whatever its words are",
        arguments: [
            (0, "timestampMs must be a string", false), (0, "request timestamp out of range", false),
            (400, "invalid request", true), (-400, "request timestamp out of range", false),
            (-3_700, "invalid request", true),
        ]
    )
    func clock(_ secondsAhead: Int, _ message: String, _ isAboutTime: Bool) async throws {
        let formatter = DateFormatter()
        formatter.locale = Locale(identifier: "en_US_POSIX")
        formatter.timeZone = TimeZone(secondsFromGMT: 0)
        formatter.dateFormat = "EEE, dd MMM yyyy HH:mm:ss 'GMT'"
        let date = formatter.string(from: Date(timeIntervalSinceNow: TimeInterval(-secondsAhead)))
        let body = Self.makeNew(3, message, "REQUEST_INVALID")
        let api = FakeAPI { _, _ in .init(status: 400, headers: ["Date: \(date)"], body: body) }
        let client = try Fixtures.makeTurnkey(api).client(APIKeyStamper(P256.Signing.PrivateKey()))
        await #expect { try await client.getWhoami() } throws: { error in
            let hint = (error as? TurnkeyError)?.hint
            return (hint?.contains("this machine's clock says") ?? false) == isAboutTime
        }
    }

    @Test(
        "what is no envelope is tried again by its status, and a refusal without words says so",
        arguments: [(408, Fallback.retry), (425, .retry), (429, .retry), (500, .retry), (599, .retry), (404, .never)]
    )
    func noEnvelope(_ status: Int, _ fallback: Fallback) async throws {
        let client = try Fixtures.makeTurnkey(FakeAPI { _, _ in .init(status: status, body: "<html>") })
            .client(APIKeyStamper(P256.Signing.PrivateKey()))
        await #expect { try await client.getWhoami() } throws: { ($0 as? TurnkeyError)?.fallback == fallback }
        let silent = TurnkeyError.api(APIError(httpStatus: status, code: 0, message: "", turnkeyErrorCode: ""))
        #expect(silent.message == "the API refused (\(status)), and did not say why")
    }
}
