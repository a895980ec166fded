// SPDX-License-Identifier: Apache-2.0
import Foundation
import Passkeys
import Testing

@Suite("What is shown of a request before it is approved")
struct RequestSummaryTests {
    /// P-256's base point, and its negative.
    static let key = "036b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296"
    static let other = "026b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296"

    /// An activity with these parameters.
    static func activity(_ type: String, _ parameters: String, _ more: String = "") -> String {
        #"{"type":"ACTIVITY_TYPE_\#(type)","timestampMs":"1700000000000","organizationId":"o","parameters":\#(parameters)\#(more)}"#
            .replacing("@KEY", with: key).replacing("@OTHER", with: other)
    }

    static func apiKeys(_ keys: String) -> String {
        activity("CREATE_API_KEYS_V2", #"{"userId":"u","apiKeys":[\#(keys)]}"#)
    }

    static let apiKey =
        #"{"apiKeyName":"n","publicKey":"@KEY","curveType":"API_KEY_CURVE_P256","expirationSeconds":"9"}"#

    typealias Clear = (body: String, type: String?, organizationId: String?, keys: [RequestSummary.Key])

    @Test(
        "a clear request is read from its bytes",
        arguments: [
            ("{}", nil, nil, []), (#" {"organizationId":"o","userId":"u"} "#, nil, "o", []),
            (
                activity("STAMP_LOGIN", #"{"publicKey":"@KEY","expirationSeconds":"900","invalidateExisting":true}"#),
                "ACTIVITY_TYPE_STAMP_LOGIN", "o", [.init(publicKey: key, expirationSeconds: "900")]
            ),
            (
                activity("STAMP_LOGIN", #"{"publicKey":"@KEY"}"#, #","generateAppProofs":false"#),
                "ACTIVITY_TYPE_STAMP_LOGIN", "o", [.init(publicKey: key, expirationSeconds: nil)]
            ),
            (
                activity("CREATE_READ_WRITE_SESSION_V2", #"{"targetPublicKey":"@KEY","userId":"u","apiKeyName":"n"}"#),
                "ACTIVITY_TYPE_CREATE_READ_WRITE_SESSION_V2", "o", [.init(publicKey: key, expirationSeconds: nil)]
            ),
            (activity("CREATE_READ_ONLY_SESSION", "{}"), "ACTIVITY_TYPE_CREATE_READ_ONLY_SESSION", "o", []),
            (
                apiKeys(apiKey + "," + #"{"apiKeyName":"m","publicKey":"@OTHER","curveType":"API_KEY_CURVE_P256"}"#),
                "ACTIVITY_TYPE_CREATE_API_KEYS_V2", "o",
                [.init(publicKey: key, expirationSeconds: "9"), .init(publicKey: other, expirationSeconds: nil)]
            ),
            (
                activity(
                    "CREATE_USERS_V4",
                    #"{"users":[{"userName":"n","apiKeys":[{"publicKey":"@KEY"}]},{"apiKeys":[{"publicKey":"@OTHER"}]}]}"#
                ),
                "ACTIVITY_TYPE_CREATE_USERS_V4", "o",
                [.init(publicKey: key, expirationSeconds: nil), .init(publicKey: other, expirationSeconds: nil)]
            ),
            (
                activity("SIGN_RAW_PAYLOAD_V2", #"{"signWith":"w","payload":"00"}"#),
                "ACTIVITY_TYPE_SIGN_RAW_PAYLOAD_V2", "o", []
            ),
        ] as [Clear]
    )
    func clear(_ row: Clear) throws {
        let summary = try RequestSummary(Data(row.body.utf8))
        #expect(summary.activityType == row.type)
        #expect(summary.organizationId == row.organizationId)
        #expect(summary.keys == row.keys)
    }

    @Test(
        "a request that could be taken for two things is refused, for its own reason",
        arguments: [
            // A member twice: which one is meant?
            (activity("STAMP_LOGIN", #"{"publicKey":"@KEY","publicKey":"@OTHER"}"#), nil),
            (activity("STAMP_LOGIN", #"{"publicKey":"@KEY","public\u004bey":"@OTHER"}"#), nil),
            (activity("STAMP_LOGIN", #"{"publicKey":"@KEY"}"#, #","organizationId":"p""#), nil),
            (#"{"organizationId":"o","organizationId":"p"}"#, nil),
            // Not one JSON object.
            ("", nil), ("no JSON", nil), ("[]", nil), ("{} {}", nil), (#"{"a":1,}"#, nil), ("\u{FEFF}{}", nil),
            (#"{"a":"\ud800"}"#, nil),
            (String(repeating: #"{"a":"#, count: 65) + "1" + String(repeating: "}", count: 65), nil),
            // One key beside another.
            (activity("STAMP_LOGIN", #"{"publicKey":"@KEY","apiKeys":[]}"#), .unknownMember("apiKeys")),
            (
                activity("OTP_LOGIN", #"{"publicKey":"@KEY","apiKeys":[{"publicKey":"@OTHER"}]}"#),
                .severalMembers(["publicKey", "apiKeys"])
            ),
            (
                activity("X", #"{"a":[{"targetPublicKey":"@KEY","publicKey":"@OTHER"}]}"#),
                .severalMembers(["publicKey", "targetPublicKey"])
            ),
            // Another spelling that the API may read.
            (activity("X", #"{"public_key":"@OTHER"}"#), .otherSpelling("public_key", of: "publicKey")),
            (activity("X", #"{"a":{"PublicKey":"@OTHER"}}"#), .otherSpelling("PublicKey", of: "publicKey")),
            (activity("X", #"{"public\u212aey":"@OTHER"}"#), .otherSpelling("public\u{212A}ey", of: "publicKey")),
            (activity("X", "{}", #","organization_id":"p""#), .otherSpelling("organization_id", of: "organizationId")),
            (#"{"Type":"ACTIVITY_TYPE_STAMP_LOGIN"}"#, .otherSpelling("Type", of: "type")),
            // Unknown shapes.
            (activity("X", "{}", #","also":1"#), .unknownMember("also")),
            (activity("STAMP_LOGIN", #"{"publicKey":"@KEY","also":1}"#), .unknownMember("also")),
            (activity("STAMP_LOGIN", #"{"targetPublicKey":"@KEY"}"#), .unknownMember("targetPublicKey")),
            (activity("STAMP_LOGIN", "{}"), .missingMember("publicKey")),
            (activity("STAMP_LOGIN", #"{"publicKey":["@KEY"]}"#), .invalidMember("publicKey")),
            (activity("STAMP_LOGIN", #"{"publicKey":"@KEY00"}"#), .invalidMember("publicKey")),
            (activity("STAMP_LOGIN", #"{"publicKey":"zz"}"#), .invalidMember("publicKey")),
            (
                activity("STAMP_LOGIN", #"{"publicKey":"@KEY","expirationSeconds":900}"#),
                .invalidMember("expirationSeconds")
            ),
            (
                activity("STAMP_LOGIN", #"{"publicKey":"@KEY","expirationSeconds":"0900"}"#),
                .invalidMember("expirationSeconds")
            ),
            (
                activity("STAMP_LOGIN", #"{"publicKey":"@KEY","invalidateExisting":"no"}"#),
                .invalidMember("invalidateExisting")
            ),
            (apiKeys(""), .invalidMember("apiKeys")), (apiKeys(#""@KEY""#), .invalidMember("apiKeys")),
            (
                apiKeys(#"{"apiKeyName":"n","publicKey":"@KEY","curveType":"API_KEY_CURVE_P256","also":"x"}"#),
                .unknownMember("also")
            ),
            (
                apiKeys(#"{"apiKeyName":7,"publicKey":"@KEY","curveType":"API_KEY_CURVE_P256"}"#),
                .invalidMember("apiKeyName")
            ),
            (activity("X", #"{"apiKeys":{"publicKey":"@KEY"}}"#), .invalidMember("apiKeys")),
            (activity("X", #"{"publicKey":null}"#), .invalidMember("publicKey")),
            (activity("X", "[]"), .invalidMember("parameters")),
            (#"{"type":"ACTIVITY_TYPE_X","organizationId":"o","parameters":{}}"#, .missingMember("timestampMs")),
            (#"{"type":"x"}"#, .invalidMember("type")), (#"{"type":null}"#, .invalidMember("type")),
            (#"{"organizationId":7}"#, .invalidMember("organizationId")),
            (#"{"organizationId":"o","parameters":{}}"#, .missingMember("type")),
            (apiKeys(Array(repeating: apiKey, count: 17).joined(separator: ",")), .tooManyKeys(17)),
        ] as [(String, UnclearRequest?)]
    )
    func unclear(_ body: String, _ expected: UnclearRequest?) {
        do throws(UnclearRequest) {
            let summary = try RequestSummary(Data(body.utf8))
            Issue.record("it was read as \(summary)")
        } catch {
            if let expected {
                #expect(error == expected)
            } else if case .notStrictJSON = error {
            } else {
                Issue.record("\(error)")
            }
        }
    }

    @Test("what is not UTF-8, and what has no end, is refused")
    func bytes() {
        #expect(throws: UnclearRequest.self) { try RequestSummary(Data([0x7B, 0x22, 0xFF, 0x22, 0x3A, 0x31, 0x7D])) }
        let long = Data(#"{"a":"\#(String(repeating: "x", count: 1 << 20))"}"#.utf8)
        #expect(throws: UnclearRequest.tooLarge(byteCount: long.count)) { try RequestSummary(long) }
    }

    @Test("no prefix of a request is one")
    func prefixes() {
        let body = Data(Self.apiKeys(Self.apiKey).utf8)
        for count in body.indices {
            #expect(throws: UnclearRequest.self, "first \(count) bytes") { try RequestSummary(body.prefix(count)) }
        }
    }
}
