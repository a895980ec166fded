// SPDX-License-Identifier: Apache-2.0
import Crypto
import Foundation
import Passkeys
import SoftwarePasskey
import Testing

@testable import LoginPage

@Suite("What a site's page hands back")
struct SiteAnswerTests {
    private static let key = P256.Signing.PrivateKey().publicKey.compressedRepresentation
        .map { String(format: "%02x", $0) }.joined()
    private static let request = LoginRequest(
        organizationId: "org-1",
        userId: "user-1",
        publicKey: key,
        expirationSeconds: 900
    )
    private static let now = Date(timeIntervalSince1970: 1_800_000_000)

    struct Change: Sendable, CustomTestStringConvertible {
        let from: String
        let to: String
        let fault: LoginPageError.AnswerFault
        var testDescription: String { "\(from) → \(to)" }
    }

    private static let body =
        #"{"type":"ACTIVITY_TYPE_STAMP_LOGIN","timestampMs":"1800000000000","organizationId":"org-1","parameters":{"#
        + #""publicKey":"\#(key)","expirationSeconds":"900"}}"#

    @Test("a stamp_login of exactly what was asked is taken, or of a shorter life")
    func good() throws {
        for body in [Self.body, Self.body.replacing(#""900""#, with: #""60""#)] {
            #expect(throws: Never.self) {
                try StampLoginBody.check(Data(body.utf8), Self.request, now: Self.now)
            }
        }
    }

    @Test(
        "a body that differs in anything is refused",
        arguments: [
            Change(from: "STAMP_LOGIN", to: "CREATE_API_KEYS_V2", fault: .body),
            Change(from: "org-1", to: "org-2", fault: .organizationId),
            Change(from: #""publicKey":"0"#, to: #""publicKey":"1"#, fault: .publicKey),
            Change(from: #""900""#, to: #""901""#, fault: .expirationSeconds),
            Change(from: #""900""#, to: #""0""#, fault: .expirationSeconds),
            Change(from: #""900""#, to: #""+900""#, fault: .body),
            Change(from: #""900""#, to: #""900","invalidateExisting":true"#, fault: .body),
            Change(from: #""900""#, to: #""900","expirationSeconds":"900""#, fault: .body),
            Change(from: "1800000000000", to: "1800000301000", fault: .timestamp),
            Change(from: "1800000000000", to: "1799999699000", fault: .timestamp),
            Change(from: "{\"type\"", to: " {\"type\"", fault: .body),
            Change(from: "{\"type\"", to: "{\"organizationId\":\"org-1\",\"type\"", fault: .body),
        ]
    )
    func changed(_ change: Change) {
        let body = Self.body.replacing(change.from, with: change.to)
        #expect(throws: LoginPageError.invalidAnswer(change.fault)) {
            try StampLoginBody.check(Data(body.utf8), Self.request, now: Self.now)
        }
    }

    @Test("a stamp is taken of the site's own origin, for this body, and of no other")
    func stamp() async throws {
        let passkey = SoftwarePasskey(rpId: "example.com", origin: "https://login.example.com")
        let signed = try await passkey.assertion(approving: Data(Self.body.utf8), rpId: "example.com")
        let other = try await passkey.assertion(approving: Data("{}".utf8), rpId: "example.com")
        func read(_ assertion: PasskeyAssertion, origin: String) throws -> StampedLogin {
            try makeAnswer(["body": Self.body, "stamp": StampHeader(webAuthn: assertion).value])
                .readStampLogin(Self.request, origin: origin, now: Self.now)
        }
        let taken = try read(signed, origin: "https://login.example.com")
        #expect(taken.body == Data(Self.body.utf8))
        #expect(taken.stamp == StampHeader(webAuthn: signed))
        #expect(throws: LoginPageError.invalidAnswer(.origin)) { try read(signed, origin: "https://example.com") }
        #expect(throws: LoginPageError.invalidAnswer(.challenge)) {
            try read(other, origin: "https://login.example.com")
        }
    }

    @Test("a bundle's fields are those that were asked for")
    func bundle() throws {
        let good = [
            "bundle": String(repeating: "A", count: 115), "publicKey": Self.key, "organizationId": "org-1",
            "userId": "user-1", "expirationSeconds": "900",
        ]
        let changes: [(String, String, LoginPageError.AnswerFault)] = [
            ("bundle", "short", .bundle), ("bundle", String(repeating: "0", count: 115), .bundle),
            ("publicKey", Self.key.uppercased(), .publicKey), ("publicKey", "02", .publicKey),
            ("organizationId", "org-2", .organizationId), ("userId", "user-2", .userId),
            ("expirationSeconds", "901", .expirationSeconds), ("expirationSeconds", "0900", .expirationSeconds),
            ("another", "field", .form),
        ]
        #expect(try makeAnswer(good).readBundle(Self.request).publicKey == Self.key)
        for (name, value, fault) in changes {
            #expect(throws: LoginPageError.invalidAnswer(fault), "\(name)") {
                try makeAnswer(good.merging([name: value]) { $1 }).readBundle(Self.request)
            }
        }
    }

    @Test("a form with a field twice, or that cannot be read, is none", arguments: ["a=1&a=2", "a", "", "a=%zz", "&"])
    func form(_ text: String) {
        #expect(throws: LoginPageError.invalidAnswer(.form)) { try SiteAnswer(form: text) }
    }

    @Test(
        "a pasted answer with a member twice or a comma too many is none",
        arguments: [#"{"state":"s","state":"s"}"#, #"{"state":"s","stat\u0065":"s"}"#, #"{"state":"s",}"#]
    )
    func pasted(_ json: String) throws {
        _ = try SiteAnswer(pasted: Base64URL.encode(Data(#"{"state":"s"}"#.utf8)))
        #expect(throws: LoginPageError.invalidAnswer(.form)) {
            try SiteAnswer(pasted: Base64URL.encode(Data(json.utf8)))
        }
    }

    @Test("a pasted answer has one spelling")
    func pastedSpelling() throws {
        let code = Base64URL.encode(Data(#"{"state":"s"}  "#.utf8))
        _ = try SiteAnswer(pasted: code)
        for other in [code + "=", code + "==", code.replacing("I", with: "+")] {
            #expect(throws: LoginPageError.invalidAnswer(.form)) { try SiteAnswer(pasted: other) }
        }
    }

    @Test("a stamp that says something twice is none")
    func repeatedStamp() async throws {
        let passkey = SoftwarePasskey(rpId: "example.com", origin: "https://login.example.com")
        let signed = try await passkey.assertion(approving: Data(Self.body.utf8), rpId: "example.com")
        let stamp = StampHeader(webAuthn: signed).value
        let answer = try makeAnswer(["body": Self.body, "stamp": stamp.dropLast() + #","signature":"AA"}"#])
        #expect(throws: LoginPageError.invalidAnswer(.stamp)) {
            try answer.readStampLogin(
                Self.request,
                origin: "https://login.example.com",
                now: Self.now
            )
        }
    }

    private func makeAnswer(_ fields: [String: String]) throws -> SiteAnswer {
        let json = try JSONEncoder().encode(fields.merging(["state": "s"]) { $1 })
        return try SiteAnswer(pasted: Base64URL.encode(json))
    }
}
