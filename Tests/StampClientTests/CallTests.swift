// SPDX-License-Identifier: Apache-2.0
import ClientLiterals
import FakeFrame
import Foundation
import StampClient
import Testing

/// Each method as it is written to the socket, and what it makes of the answer.
@Suite("The calls of both interfaces", .timeLimit(.minutes(15)))
struct CallTests {
    static let key: PublicKey = "02\(String(repeating: "ab", count: 32))"
    static let session = #"{"name":"default","publicKey":"\#(key)","origin":"bundle","expiresInMilliseconds":900000}"#

    struct Row: Sendable, CustomTestStringConvertible {
        let method: String
        let parameters: String
        let reply: String
        let call: @Sendable (ControlClient) async throws(StampError) -> String
        var testDescription: String { "\(method) \(parameters)" }

        init(
            _ method: String,
            _ parameters: String,
            _ reply: String,
            _ call: @escaping @Sendable (ControlClient) async throws(StampError) -> String
        ) {
            self.method = method
            self.parameters = parameters
            self.reply = reply
            self.call = call
        }
    }

    static let rows: [Row] = [
        Row("Stamper.GetEmbeddedPublicKey", "{}", #"{"publicKey":"04aa","expiresInMilliseconds":5}"#) {
            client throws(StampError) in
            let key = try await client.getEmbeddedPublicKey()
            return "\(key.publicKey) \(key.expiresInMilliseconds)"
        },
        Row("Stamper.Stamp", #"{"payload":"p"}"#, #"{"stampHeaderName":"X-Stamp","stampHeaderValue":"v"}"#) {
            client throws(StampError) in
            let stamp = try await client.stamp(payload: "p")
            return "\(stamp.stampHeaderName) \(stamp.stampHeaderValue)"
        },
        Row(
            "Stamper.Stamp",
            #"{"expectPublicKey":"\#(key)","payload":"p","session":"s"}"#,
            #"{"stampHeaderName":"X-Stamp","stampHeaderValue":"v"}"#
        ) { client throws(StampError) in
            try await client.stamp(payload: "p", session: "s", expectPublicKey: key).stampHeaderValue
        },
        Row("Stamper.GetSession", "{}", #"{"session":\#(session)}"#) { client throws(StampError) in
            try await client.getSession().name.text
        },
        Row("Stamper.GetSession", #"{"session":"s"}"#, #"{"session":\#(session)}"#) { client throws(StampError) in
            "\(try await client.getSession("s").origin)"
        },
        Row("Stamper.ListSessions", "{}", #"{"sessions":[\#(session),\#(session)]}"#) { client throws(StampError) in
            "\(try await client.listSessions().count)"
        },
        Row(
            "Stamper.GetStatus",
            "{}",
            #"{"status":{"version":"1","uptimeMilliseconds":1,"locked":true,"sessions":2,"connections":3,"stamped":4,"denied":5,"failed":6,"auditLost":7}}"#
        ) { client throws(StampError) in
            let status = try await client.getStatus()
            return "\(status.locked) \(status.stamped) \(status.embeddedPublicKey ?? "none")"
        },
        Row("Stamper.ReportRejected", #"{"publicKey":"\#(key)"}"#, "{}") { client throws(StampError) in
            try await client.reportRejected(publicKey: key)
            return "done"
        },
        Row(
            "Control.InitEmbeddedKey",
            #"{"expirationSeconds":60}"#,
            #"{"publicKey":"04aa","expiresInMilliseconds":60000}"#
        ) { client throws(StampError) in
            "\(try await client.initEmbeddedKey(expirationSeconds: 60).expiresInMilliseconds)"
        },
        Row("Control.ResetEmbeddedKey", "{}", "{}") { client throws(StampError) in
            try await client.resetEmbeddedKey()
            return "done"
        },
        Row("Control.InjectCredentialBundle", #"{"bundle":"b"}"#, #"{"session":\#(session)}"#) {
            client throws(StampError) in
            try await client.injectCredentialBundle("b").publicKey.text
        },
        Row(
            "Control.InjectCredentialBundle",
            #"{"bundle":"b","expectPublicKey":"\#(key)","expirationSeconds":9,"organizationId":"o","session":"s","userId":"u"}"#,
            #"{"session":\#(session)}"#
        ) { client throws(StampError) in
            let terms = SessionTerms(expirationSeconds: 9, organizationId: "o", userId: "u")
            return try await client.injectCredentialBundle("b", session: "s", terms: terms, expectPublicKey: key)
                .name.text
        },
        Row("Control.CreateSessionKey", #"{"session":"s"}"#, #"{"publicKey":"\#(key)"}"#) { client throws(StampError) in
            try await client.createSessionKey(session: "s").text
        },
        Row(
            "Control.ActivateSession",
            #"{"expirationSeconds":9,"publicKey":"\#(key)","userId":"u"}"#,
            #"{"session":\#(session)}"#
        ) { client throws(StampError) in
            try await client.activateSession(publicKey: key, terms: SessionTerms(expirationSeconds: 9, userId: "u"))
                .name.text
        },
        Row("Control.DropSessionKey", #"{"publicKey":"\#(key)"}"#, "{}") { client throws(StampError) in
            try await client.dropSessionKey(publicKey: key)
            return "done"
        },
        Row("Control.EndSession", #"{"session":"s"}"#, "{}") { client throws(StampError) in
            try await client.endSession("s")
            return "done"
        },
        Row("Control.Lock", "{}", "{}") { client throws(StampError) in
            try await client.lock()
            return "done"
        },
        Row("Control.Unlock", "{}", "{}") { client throws(StampError) in
            try await client.unlock()
            return "done"
        },
        Row(
            "Stamper.Stamp",
            #"{"delegate":"agent","path":"/public/v1/query/whoami","payload":"p"}"#,
            #"{"stampHeaderName":"X-Stamp","stampHeaderValue":"v"}"#
        ) { client throws(StampError) in
            try await client.stamp(payload: "p", delegate: "agent", path: "/public/v1/query/whoami").stampHeaderValue
        },
        Row(
            "Stamper.Explain",
            #"{"delegate":"d","path":"/p","payload":"p","session":"s"}"#,
            #"{"explanation":{"effect":"deny","mode":"enforce","id":"a","reason":"limit.day","at":null,"retryAfterMilliseconds":5,"steps":[{"id":"a","outcome":"failed","reason":"limit.day"},{"id":"b","outcome":"passed"}]}}"#
        ) { client throws(StampError) in
            let found = try await client.explain(payload: "p", session: "s", delegate: "d", path: "/p")
            let steps = found.steps.map { "\($0.id) \($0.outcome) \($0.reason?.text ?? "-")" }
            return "\(found.effect) \(found.mode) \(found.id ?? "-") \(found.reason?.text ?? "-") \(found.at ?? "-") "
                + "\(found.retryAfterMilliseconds ?? 0) \(steps)"
        },
        Row(
            "Control.ExplainFor",
            #"{"gids":[2001],"payload":"p","socket":"stamp-agent","uid":1000,"unit":"a.service"}"#,
            #"{"explanation":{"effect":"allow","mode":"none","steps":[]}}"#
        ) { client throws(StampError) in
            let caller = AnotherCaller(uid: 1000, gids: [2001], unit: "a.service")
            let found = try await client.explainFor(socket: "stamp-agent", payload: "p", caller: caller)
            return "\(found.effect) \(found.mode) \(found.id ?? "-")"
        },
        Row(
            "Control.GetRules",
            "{}",
            #"{"ruleSets":[{"socket":"stamp","mode":"observe","rules":3,"sha256":"ab","allowed":1,"denied":2,"confirmed":3,"wouldDeny":4,"wouldConfirm":5}]}"#
        ) { client throws(StampError) in
            let set = try await client.getRules()[0]
            return
                "\(set.socket) \(set.mode) \(set.rules) \(set.allowed) \(set.denied) \(set.confirmed) \(set.wouldDeny) "
                + "\(set.wouldConfirm) \(set.sha256)"
        },
        Row(
            "Control.ListConfirmations",
            "{}",
            #"{"confirmations":[{"id":"1","rule":"r","socket":"stamp","session":"s","publicKey":"\#(key)","uid":1000,"unit":null,"delegate":"d","payloadSha256":"ab","shown":[{"at":"/type","text":"\"T\""}],"expiresInMilliseconds":9}]}"#
        ) { client throws(StampError) in
            let one = try await client.listConfirmations()[0]
            return
                "\(one.id) \(one.rule) \(one.unit ?? "-") \(one.delegate ?? "-") \(one.shown[0].at) \(one.shown[0].text)"
        },
        Row("Control.Confirm", #"{"allow":false,"id":"1","payloadSha256":"ab"}"#, "{}") { client throws(StampError) in
            try await client.confirm(id: "1", payloadSha256: "ab", allow: false)
            return "done"
        },
    ]

    static let answers = [
        "04aa 5", "X-Stamp v", "v", "default", "bundle", "2", "true 4 none", "done", "60000", "done", key.text,
        "default",
        key.text, "default", "done", "done", "done", "done", "v",
        #"deny enforce a limit.day - 5 ["a failed limit.day", "b passed -"]"#, "allow none -",
        "stamp observe 3 1 2 3 4 5 ab", #"1 r - d /type "T""#, "done",
    ]

    @Test("each call writes its method and exactly its parameters, and reads its answer", arguments: zip(rows, answers))
    func written(_ row: Row, _ answer: String) async throws {
        let (calls, sink) = AsyncStream.makeStream(of: (method: String, parameters: String).self)
        let frame = FakeFrame(socket: "control.sock") { peer in
            while let call = peer.readCall() {
                let sorted = try? JSONSerialization.data(
                    withJSONObject: call.parameters,
                    options: [.sortedKeys, .withoutEscapingSlashes]
                )
                sink.yield((call.method, String(decoding: sorted ?? Data(), as: UTF8.self)))
                peer.send(#"{"parameters":\#(row.reply)}"#)
            }
        }
        let client = ControlClient(FrameAddress(socketDirectory: frame.directory), deadline: .seconds(120))
        #expect(try await row.call(client) == answer)
        let call = try #require(await calls.first { _ in true })
        #expect(call.method == "io.stampd." + row.method)
        #expect(call.parameters == row.parameters)
    }

    @Test("the deliver socket's calls write their methods and parameters, and read their answers")
    func delivery() async throws {
        let (calls, sink) = AsyncStream.makeStream(of: String.self)
        let frame = FakeFrame(socket: "deliver.sock") { peer in
            while let call = peer.readCall() {
                sink.yield("\(call.method) \(call.parameters.sorted { $0.key < $1.key }.map { "\($0)=\($1)" })")
                let isCard = call.method == "io.stampd.Delivery.GetCard"
                peer.send(#"{"parameters":\#(isCard ? #"{"card":"{\"v\":1}"}"# : #"{"session":\#(Self.session)}"#)}"#)
            }
        }
        let client = DeliveryClient(FrameAddress(socketDirectory: frame.directory), deadline: .seconds(120))
        #expect(try await client.getCard() == #"{"v":1}"#)
        #expect(try await client.deliver(parcel: #"{"v":1}"#, signature: "armor").publicKey == Self.key)
        var made = calls.makeAsyncIterator()
        #expect(await made.next() == "io.stampd.Delivery.GetCard []")
        #expect(await made.next() == #"io.stampd.Delivery.Deliver ["parcel={\"v\":1}", "signature=armor"]"#)
    }

    @Test("a method that answers nothing may leave its parameters out")
    func nothing() async throws {
        let (calls, sink) = AsyncStream.makeStream(of: String.self)
        let frame = FakeFrame(socket: "control.sock") { peer in
            while let call = peer.readCall() {
                sink.yield(call.method)
                peer.send("{}")
            }
        }
        try await ControlClient(FrameAddress(socketDirectory: frame.directory), deadline: .seconds(120)).lock()
        #expect(await calls.first { _ in true } == "io.stampd.Control.Lock")
    }
}
