// SPDX-License-Identifier: Apache-2.0
import Crypto
import Foundation
import StampClient
import Testing
import TurnkeyClient

@Suite("What the API may answer instead", .timeLimit(.minutes(5)))
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
            guard case .api(let refusal) = error else {
                Issue.record("\(error)")
                return
            }
            #expect(refusal.kind == row.kind)
            #expect(refusal.httpStatus == row.status)
            #expect(error.fallback == row.fallback)
        }
    }
}
