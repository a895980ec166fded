// SPDX-License-Identifier: Apache-2.0
import FakeFrame
import StampClient
import Testing

@Suite("What a frame may answer instead of a stamp", .timeLimit(.minutes(15)))
struct FrameErrorTests {
    struct Row: Sendable, CustomTestStringConvertible {
        let name: String
        let parameters: String
        let error: StampError
        let fallback: Fallback

        init(_ name: String, _ parameters: String, _ error: StampError, _ fallback: Fallback) {
            self.name = name
            self.parameters = parameters
            self.error = error
            self.fallback = fallback
        }

        var testDescription: String { "\(name) \(parameters)" }
    }

    static let key: PublicKey = "\(String(repeating: "02", count: 33))"

    static let stamper: [Row] = [
        Row("NoEmbeddedKey", #"{"fallback":"passkey"}"#, .noEmbeddedKey(fallback: .passkey), .passkey),
        Row(
            "NoSession",
            #"{"session":"a","fallback":"passkey"}"#,
            .noSession(session: "a", fallback: .passkey),
            .passkey
        ),
        Row(
            "SessionExpired",
            #"{"session":"a","fallback":"passkey"}"#,
            .sessionExpired(session: "a", fallback: .passkey),
            .passkey
        ),
        Row(
            "PublicKeyMismatch",
            #"{"publicKey":"\#(key)","fallback":"never"}"#,
            .publicKeyMismatch(publicKey: key, fallback: .never),
            .never
        ),
        Row("Denied", #"{"rule":"peer","fallback":"never"}"#, .denied(rule: "peer", fallback: .never), .never),
        Row(
            "Denied",
            #"{"rule":"mayName","id":null,"reason":null,"at":null,"retryAfterMilliseconds":null,"fallback":"never"}"#,
            .denied(rule: "mayName", fallback: .never),
            .never
        ),
        Row(
            "Denied",
            #"{"rule":"payload","id":"a","reason":"field.value","at":"/parameters/x","fallback":"never"}"#,
            .payloadDenied(
                PayloadDenial(
                    id: "a",
                    reason: .fieldValue,
                    at: "/parameters/x",
                    retryAfterMilliseconds: nil,
                    fallback: .never
                )
            ),
            .never
        ),
        Row(
            "Denied",
            #"{"rule":"payload","id":"a","reason":"limit.day","retryAfterMilliseconds":1500,"fallback":"retry"}"#,
            .payloadDenied(
                PayloadDenial(
                    id: "a",
                    reason: .limit("day"),
                    at: nil,
                    retryAfterMilliseconds: 1500,
                    fallback: .retry
                )
            ),
            .retry
        ),
        // Whatever a frame says: a refusal is no reason to ask for a passkey.
        Row(
            "Denied",
            #"{"rule":"payload","reason":"rule.none","fallback":"passkey"}"#,
            .payloadDenied(
                PayloadDenial(id: nil, reason: .ruleNone, at: nil, retryAfterMilliseconds: nil, fallback: .never)
            ),
            .never
        ),
        Row("Locked", #"{"fallback":"retry"}"#, .locked(fallback: .retry), .retry),
        Row(
            "RateLimited",
            #"{"retryAfterMilliseconds":40,"fallback":"retry"}"#,
            .rateLimited(retryAfterMilliseconds: 40, fallback: .retry),
            .retry
        ),
        Row(
            "TooLarge",
            #"{"limitBytes":1048576,"fallback":"never"}"#,
            .tooLarge(limitBytes: 1_048_576, fallback: .never),
            .never
        ),
        Row(
            "TooManySessions",
            #"{"limit":64,"fallback":"never"}"#,
            .tooManySessions(limit: 64, retryAfterMilliseconds: nil, fallback: .never),
            .never
        ),
        Row(
            "TooManySessions",
            #"{"limit":64,"retryAfterMilliseconds":1200,"fallback":"retry"}"#,
            .tooManySessions(limit: 64, retryAfterMilliseconds: 1200, fallback: .retry),
            .retry
        ),
        Row("NoSession", #"{"session":"a"}"#, .noSession(session: "a", fallback: .never), .never),
        Row("Locked", #"{}"#, .locked(fallback: .never), .never),
    ]

    static let control: [Row] = [
        Row(
            "InvalidBundle",
            #"{"reason":"checksum","message":"m"}"#,
            .invalidBundle(reason: .checksum, detail: "m"),
            .never
        ),
        Row("UnknownConfirmation", #"{"id":"c"}"#, .unknownConfirmation(id: "c"), .never),
        Row("UnknownSessionKey", #"{"publicKey":"\#(key)"}"#, .unknownSessionKey(publicKey: key), .never),
    ]

    static let delivery: [Row] =
        ParcelFault.allCases.map { fault in
            Row("ParcelRefused", #"{"reason":"\#(fault.rawValue)"}"#, .parcelRefused(reason: fault), .never)
        } + [Row("NotConfigured", #"{}"#, .notConfigured, .never)]

    static let service: [Row] = [
        Row("InterfaceNotFound", #"{"interface":"i"}"#, .interfaceNotFound(interface: "i"), .never),
        Row("MethodNotFound", #"{"method":"m"}"#, .methodNotFound(method: "m"), .never),
        Row("MethodNotImplemented", #"{"method":"m"}"#, .methodNotImplemented(method: "m"), .never),
        Row("InvalidParameter", #"{"parameter":"p"}"#, .invalidParameter(parameter: "p"), .never),
        Row("PermissionDenied", #"{}"#, .permissionDenied, .never),
        Row("ExpectedMore", #"{}"#, .expectedMore, .never),
    ]

    static let rows: [(String, Row)] =
        stamper.map { ("io.stampd.Stamper", $0) } + control.map { ("io.stampd.Control", $0) }
        + delivery.map { ("io.stampd.Delivery", $0) }
        + service.map { ("org.varlink.service", $0) }

    @Test("each error of the interfaces is typed, with its fallback", arguments: rows)
    func typed(_ interface: String, _ row: Row) async {
        let error = await errorOfStamp(
            answered: #"{"error":"\#(interface).\#(row.name)","parameters":\#(row.parameters)}"#
        )
        #expect(error == row.error)
        #expect(error?.fallback == row.fallback)
        #expect(error.map { $0.message.isEmpty } == false)
    }

    @Test(
        "an error without parameters is one without a fallback",
        arguments: [
            ("io.stampd.Stamper.NoEmbeddedKey", StampError.noEmbeddedKey(fallback: .never)),
            ("io.stampd.Stamper.Locked", .locked(fallback: .never)),
            ("org.varlink.service.PermissionDenied", .permissionDenied),
        ]
    )
    func withoutParameters(_ name: String, _ expected: StampError) async {
        #expect(await errorOfStamp(answered: #"{"error":"\#(name)"}"#) == expected)
    }

    @Test(
        "what is no answer of the interface is a protocol violation",
        arguments: [
            "", "null", "[]", "7", "{", #"{"parameters":{}}"#, #"{"parameters":{"stampHeaderName":"X-Stamp"}}"#,
            #"{"parameters":{"stampHeaderName":1,"stampHeaderValue":"v"}}"#, #"{"parameters":null}"#, "{}",
            #"{"error":"io.stampd.Stamper.NoSuchError","parameters":{}}"#, #"{"error":5}"#,
            #"{"error":"io.stampd.Stamper.NoSession","parameters":{"fallback":"passkey"}}"#,
            #"{"error":"io.stampd.Stamper.Locked","parameters":{"fallback":"perhaps"}}"#,
            #"{"error":"io.stampd.Stamper.Denied","parameters":{"rule":"payload","fallback":"never"}}"#,
            #"{"error":"io.stampd.Stamper.Denied","parameters":{"rule":"payload","reason":"mood","fallback":"never"}}"#,
            #"{"error":"io.stampd.Stamper.Denied","parameters":{"rule":"payload","reason":"limit.","fallback":"retry"}}"#,
            #"{"error":"io.stampd.Stamper.Denied","parameters":{"reason":"rule.none","fallback":"never"}}"#,
            #"{"error":"io.stampd.Control.InvalidBundle","parameters":{"reason":"mood","message":"m"}}"#,
            #"{"parameters":{"stampHeaderName":"X-Stamp","stampHeaderValue":"v","stampHeaderValue":"w"}}"#,
            #"{"parameters":{"stampHeaderName":"X-Stamp","stampHeaderValue":"v"},"parameters":{}}"#,
            #"{"parameters":{"stampHeaderName":"X-Stamp","stampHeaderValue":"v"},}"#,
            #"{"parameters":{"stampHeaderName":"X-Stamp","stampHeaderValue":"v"}} {}"#,
            #"{"parameters":{"stampHeaderName":"X-Stamp","stampHeaderValue":"v","x":"\ud800"}}"#,
            "\u{FEFF}" + #"{"parameters":{"stampHeaderName":"X-Stamp","stampHeaderValue":"v"}}"#,
            #"{"continues":true,"parameters":{"stampHeaderName":"X-Stamp","stampHeaderValue":"v"}}"#,
        ]
    )
    func malformed(_ reply: String) async {
        let error = await errorOfStamp(answered: reply)
        guard case .protocolViolation = error else {
            Issue.record("\(reply) was answered \(String(describing: error))")
            return
        }
        #expect(error?.fallback == .never)
    }

    @Test("a reply that nobody asked for ends the connection, and the next call has a new one")
    func unasked() async throws {
        let (departures, left) = AsyncStream.makeStream(of: Void.self)
        let frame = FakeFrame { peer in
            guard let call = peer.readCall() else { return }
            peer.sendStamp(call.payload)
            guard call.payload == "first" else { return }
            peer.sendStamp("unasked")
            if peer.readCall() == nil { left.yield() }
        }
        let client = StampClient(FrameAddress(socketDirectory: frame.directory), deadline: .seconds(120))
        #expect(try await client.stamp(payload: "first").stampHeaderValue == "first")
        _ = await departures.first { true }
        #expect(try await client.stamp(payload: "second").stampHeaderValue == "second")
    }

    @Test("a reply without end is cut off at 4 MiB")
    func endless() async {
        let frame = FakeFrame { peer in
            while peer.readCall() != nil { peer.sendBytes([UInt8](repeating: 0x20, count: (1 << 22) + 1)) }
        }
        // It is asked twice, and 8 MiB are many for a debug build on a busy machine.
        let client = StampClient(FrameAddress(socketDirectory: frame.directory), deadline: .seconds(300))
        await #expect(throws: StampError.connectionLost(method: "io.stampd.Stamper.Stamp")) {
            try await client.stamp(payload: "p")
        }
    }

    private func errorOfStamp(answered reply: String) async -> StampError? {
        let frame = FakeFrame { peer in
            while peer.readCall() != nil { peer.send(reply) }
        }
        let client = StampClient(FrameAddress(socketDirectory: frame.directory), deadline: .seconds(120))
        do throws(StampError) {
            _ = try await client.stamp(payload: "p")
            return nil
        } catch {
            return error
        }
    }
}
