// SPDX-License-Identifier: Apache-2.0
import Foundation
import SSHSigning
import SignerCore
import Testing

@testable import stampd

@Suite("the configuration's member delivery") struct DeliveryReadingTests {
    private static let key = SSHSigningKey(.securityKeyEd25519)
    private static let approver =
        #"{"key":"\#(key.line)","sessions":["default","b"],"organizationIds":["o"],"maximumExpirationSeconds":60}"#

    private static func delivery(_ changes: (inout String) -> Void = { _ in }) -> String {
        var text =
            #"{"fleet":"web","host":"web-17.example","session":"default","expirationSeconds":14400,"approvers":[\#(approver)]}"#
        changes(&text)
        return #"{"delivery":\#(text)}"#
    }

    @Test("what is right is read, with its defaults") func right() throws {
        let reader = ConfigurationReader(Self.delivery().utf8.span)
        #expect(reader.faultMessages == [])
        let delivery = try #require(reader.configuration.delivery)
        #expect(delivery.fleet == "web" && delivery.host == "web-17.example" && delivery.session == .default)
        #expect(delivery.expirationSeconds == 14_400 && delivery.cardSeconds == 3600 && !delivery.endOnRevocation)
        #expect(delivery.approvers.count == 1 && delivery.approvers[0].key.blob == Self.key.blob)
        #expect(delivery.approvers[0].sessions.count == 2 && delivery.approvers[0].maximumExpirationSeconds == 60)
        #expect(delivery.faults == [])
        let other = Self.delivery { $0.replace("}]}", with: #"}],"cardSeconds":60,"endOnRevocation":true}"#) }
        let changed = try #require(ConfigurationReader(other.utf8.span).configuration.delivery)
        #expect(changed.cardSeconds == 60 && changed.endOnRevocation && changed != delivery)
        #expect(ConfigurationReader("{}".utf8.span).configuration.delivery == nil)
        let nobody = Self.delivery { $0.replace(Self.approver, with: "") }
        #expect(ConfigurationReader(nobody.utf8.span).configuration.delivery?.approvers.isEmpty == true)
    }

    private static let rows: [(String, String, String)] = [
        (#""fleet":"web","#, "", "'fleet' is missing"), (#""host":"web-17.example","#, "", "'host' is missing"),
        (#""session":"default","#, "", "'session' is missing"),
        (#""expirationSeconds":14400,"#, "", "'expirationSeconds' is missing"),
        (#","approvers":[\#(approver)]"#, "", "'approvers' is missing"),
        (#"[\#(approver)]"#, "{}", "a value of another type"),
        (#"[\#(approver)]"#, "[1]", "a value of another type"),
        ("web\",", "WEB\",", "fleet takes 1 to 32 of a-z 0-9 -"), ("\"web\"", "1", "fleet takes"),
        ("\"web\"", "null", "fleet takes another value"),
        ("web-17.example", "-web", "host takes a host's name"),
        ("\"session\":\"default\"", "\"session\":\"A\"", "session takes 1 to 64 of a-z 0-9 . _ -"),
        ("14400", "9", "expirationSeconds takes a whole number from 10 to 31536000"),
        ("14400", "\"1\"", "expirationSeconds takes"),
        ("14400", "14400,\"cardSeconds\":86401", "cardSeconds takes a whole number from 1 to 86400"),
        ("14400", "14400,\"endOnRevocation\":1", "endOnRevocation takes true or false"),
        ("14400", "14400,\"x\":1", "a member that is none of delivery's and of an approver's"),
        (approver, approver + "," + approver, "an approver whose key another one has"),
        (#""sessions":["default","b"],"#, "", "'sessions' is missing"),
        (#""organizationIds":["o"],"#, "", "'organizationIds' is missing"),
        (#","maximumExpirationSeconds":60"#, "", "'maximumExpirationSeconds' is missing"),
        (#""key":"\#(key.line)","#, "", "'key' is missing"),
        (#"["default","b"]"#, "[]", "sessions takes 1 to 64 entries"),
        (#"["default","b"]"#, #"["b","b"]"#, "an entry that stands twice"),
        (#"["default","b"]"#, #"["B"]"#, "sessions takes names of sessions"),
        (#"["default","b"]"#, #"[1]"#, "sessions takes a list of texts"),
        (#"["o"]"#, #"[""]"#, "organizationIds takes ids of organizations"),
        (#"["o"]"#, #"["ä"]"#, "organizationIds takes ids of organizations"),
        (
            #"["o"]"#, "[" + (0..<65).map { "\"\($0)\"" }.joined(separator: ",") + "]",
            "organizationIds takes 1 to 64 entries"
        ),
        (":60}", ":0}", "maximumExpirationSeconds takes a whole number from 1"),
        (key.line, "ssh-rsa AAAA", "key takes ssh-ed25519, ecdsa-sha2-nistp256, sk-ssh-ed25519@openssh.com"),
        (key.line, String(key.line.dropLast(40)), "key is not the line of a public key"),
        (key.line, "", "key is not the line of a public key"),
    ]

    @Test("what is wrong is refused by its member and its place", arguments: rows)
    func wrong(_ from: String, _ to: String, _ message: String) {
        let text = Self.delivery { text in
            #expect(text.contains(from))
            text = text.replacing(from, with: to, maxReplacements: 1)
        }
        let reader = ConfigurationReader(text.utf8.span)
        #expect(reader.faultMessages.count == 1)
        #expect(
            reader.faultMessages.first?.hasPrefix("line 1: delivery: \(message)") == true,
            "\(reader.faultMessages)"
        )
        #expect(reader.configuration.delivery == nil)
    }

    @Test("behind what is wrong in it, the text is read on") func readOn() {
        let text = #"{"delivery":{"fleet":["a",{"b":1}]},"maximumSessions":0}"#
        #expect(ConfigurationReader(text.utf8.span).faultMessages.count == 2)
    }

    @Test("a session that is longer than the frame grants is no configuration") func tooLong() {
        var configuration = ConfigurationReader(Self.delivery().utf8.span).configuration
        #expect(configuration.conflicts.isEmpty)
        configuration.frameLimits.maximumExpirationSeconds = 14_399
        let lines = configuration.conflicts.map { $0.message(naming: \.name) }
        #expect(lines == ["expirationSeconds of delivery must be at most the 14399 of maximumExpirationSeconds"])
    }
}

@Suite("a moment as documents have it") struct UTCTimeTests {
    @Test("each day from 1970 to 9999, written and read as Foundation does") func days() throws {
        for day in stride(from: Int64(0), through: UTCTime.range.upperBound / 86_400, by: 1) {
            let seconds = day * 86_400 + day % 86_400
            let time = try #require(UTCTime(seconds: seconds))
            let text = time.description
            #expect(UTCTime(text.utf8.span)?.seconds == seconds)
            guard day % 97 == 0 else { continue }
            #expect(Date(timeIntervalSince1970: TimeInterval(seconds)).formatted(.iso8601) == text)
        }
        #expect(UTCTime(seconds: -1) == nil && UTCTime(seconds: UTCTime.range.upperBound + 1) == nil)
        #expect(UTCTime(seconds: UTCTime.range.upperBound)?.description == "9999-12-31T23:59:59Z")
    }

    @Test(
        "what is no moment, or is spelled otherwise, is refused",
        arguments: [
            "", "2026-11-29T13:00:00", "2026-11-29T13:00:00z", "2026-11-29 13:00:00Z", "2026-11-29T13:00:00.0Z",
            "2026-11-29T13:00:00+00:00", "2026-02-29T00:00:00Z", "2026-13-01T00:00:00Z", "2026-00-01T00:00:00Z",
            "2026-01-00T00:00:00Z", "2026-01-32T00:00:00Z", "2026-04-31T00:00:00Z", "2026-01-01T24:00:00Z",
            "2026-01-01T00:60:00Z", "2026-12-31T23:59:60Z", "1969-12-31T23:59:59Z", "0000-01-01T00:00:00Z",
            "+026-01-01T00:00:00Z", "2026-1 -01T00:00:00Z", "2100-02-29T00:00:00Z", "2026-11-29T13:00:00ZZ",
        ]
    )
    func refused(_ text: String) { #expect(UTCTime(text.utf8.span) == nil) }

    @Test("the leap days of 2000, 2024 and 2400 are days") func leapDays() {
        for text in ["2000-02-29T00:00:00Z", "2024-02-29T12:00:00Z", "2400-02-29T00:00:00Z"] {
            #expect(UTCTime(text.utf8.span)?.description == text)
        }
    }
}
