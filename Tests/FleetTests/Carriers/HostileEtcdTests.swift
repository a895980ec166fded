// SPDX-License-Identifier: Apache-2.0
import Foundation
import LoopbackPeers
import Synchronization
import Testing

@testable import Fleet

/// What answers in etcd's place, and answers nothing that etcd does.
@Suite("an etcd that is hostile")
struct HostileEtcdTests {
    /// One answer to whatever is asked.
    struct Answer: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let write: @Sendable (CInt) -> Void

        init(_ name: String, _ text: String) {
            self.init(name) { LoopbackListener.write(text, to: $0) }
        }

        init(_ name: String, write: @escaping @Sendable (CInt) -> Void) {
            (testDescription, self.write) = (name, write)
        }

        /// The connection ends with the answer, and says so: else the client may send its next request into the end.
        static func json(_ name: String, _ body: String, status: String = "200 OK") -> Answer {
            let head = "HTTP/1.1 \(status)\r\nConnection: close\r\nContent-Length: \(body.utf8.count)\r\n\r\n"
            return Answer(name, head + body)
        }

        /// A head, and then the same piece until nobody takes it any more.
        static func endless(_ name: String, head: String, _ piece: String) -> Answer {
            Answer(name) { peer in
                guard LoopbackListener.write(head, to: peer) else { return }
                let large = String(repeating: piece, count: 65_536 / piece.utf8.count)
                while LoopbackListener.write(large, to: peer) {}
            }
        }
    }

    static let answers: [Answer] = [
        Answer("nothing at all", ""), Answer("no HTTP", "SSH-2.0-OpenSSH_9.2\r\n"),
        Answer("status 0", "HTTP/1.1 000 Zero\r\nContent-Length: 2\r\n\r\n{}"),
        Answer("a body that is cut short", "HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{\"header\":{"),
        Answer("a redirection", "HTTP/1.1 307 There\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n"),
        Answer("no content", "HTTP/1.1 204 None\r\n\r\n"), .json("no JSON", "<html>"), .json("nothing in it", ""),
        .json("an array", "[]"), .json("null", "null"), .json("a member twice", #"{"header":{},"header":{}}"#),
        .json("a header that is a text", #"{"header":"x"}"#), .json("no header", #"{"kvs":[]}"#),
        .json("a revision that is no number", #"{"header":{"revision":"x"}}"#),
        .json("a revision below zero", #"{"header":{"revision":"-5"},"kvs":[{"key":"","mod_revision":"y"}]}"#),
        .json("a revision that does not fit", #"{"header":{"revision":"99999999999999999999"}}"#),
        .json("the last revision that there is", #"{"header":{"revision":"9223372036854775807"}}"#),
        .json(
            "a document of the last revision that there is",
            #"{"header":{"revision":"1"},"kvs":[{"key":"YQ==","mod_revision":"9223372036854775807"}]}"#
        ),
        .json("a key that is no base64", #"{"header":{"revision":"1"},"kvs":[{"key":"!","mod_revision":"1"}]}"#),
        .json("base64 in another spelling", #"{"header":{"revision":"1"},"kvs":[{"key":"YR==","mod_revision":"1"}]}"#),
        .json(
            "more, and nothing new",
            #"{"header":{"revision":"1"},"more":true,"kvs":[{"key":"YQ==","mod_revision":"1"}]}"#
        ),
        .json("objects without end", String(repeating: #"{"a":"#, count: 5_000)),
        .json("an error that is none", #"{"error":7}"#, status: "400 Bad"),
        .json("an error with a code of its own", #"{"code":99,"message":"\#u{1B}[31m"}"#, status: "400 Bad"),
        .json("an error in HTML", "<html>", status: "502 Bad Gateway"),
        .endless("a head without end", head: "HTTP/1.1 200 OK\r\n", "X-A: b\r\n"),
        .endless("a body without end", head: "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", "4\r\naaaa\r\n"),
        .endless("a body of 100 GB", head: "HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n", " "),
        .endless("lines without end", head: "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", "3\r\n{}\n\r\n"),
    ]

    @Test("is a fault, whatever is asked of it, and nothing of it is believed", arguments: answers)
    func faults(answer: Answer) async throws {
        let listener = LoopbackListener { peer in
            guard PlayedEtcd.readHead(peer) != nil else { return }
            answer.write(peer)
        }
        let carrier = try CarrierPlace("etcd+http://127.0.0.1:\(listener.port)").makeCarrier(
            CarrierStage.fleet,
            CarrierAccess(user: CarrierAccess.User(name: "f1", password: "secret-of-f1"))
        )
        let frame = CarrierStage.first
        let card = CarriedDocument(frame: frame, bytes: bytes("card"), version: "1")
        let handed = Mutex(0)
        let asked: [(String, @Sendable () async throws -> Void)] = [
            ("cards", { _ = try await carrier.cards() }),
            ("a card", { try await carrier.publishCard([1], of: frame, timeToLive: .seconds(60)) }),
            ("a parcel", { _ = try await carrier.publishParcel([1], answering: card) }),
            ("parcels", { try await carrier.watchParcels(for: frame) { _ in handed.withLock { $0 += 1 } } }),
        ]
        for (what, ask) in asked {
            let fault = await #expect(throws: CarrierFault.self, "\(what)") { try await ask() }
            let words = fault?.message ?? ""
            #expect(!words.contains("secret-of-f1"))
            #expect(words.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x7F }, "\(what): \(words)")
            #expect(words.utf8.count < 2_000)
        }
        #expect(handed.withLock { $0 } == 0)
    }

    @Test("a watch whose line has no end is ended, and one whose events are another frame's hands out nothing")
    func watches() async throws {
        let created = #"{"result":{"header":{"revision":"5"},"created":true}}"# + "\n"
        let other = Data("/stampd/web/parcels/f2".utf8).base64EncodedString()
        let pair = #"{"key":"\#(other)","mod_revision":"6","value":"YQ=="}"#
        let event = #"{"result":{"header":{"revision":"6"},"events":[{"kv":\#(pair)}]}}"#
        let chunk: @Sendable (String) -> String = { "\(String($0.utf8.count, radix: 16))\r\n\($0)\r\n" }
        let listener = LoopbackListener { peer in
            guard let head = PlayedEtcd.readHead(peer) else { return }
            guard head.contains("/v3/watch") else {
                Answer.json("", #"{"header":{"revision":"4"}}"#).write(peer)
                return
            }
            LoopbackListener.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", to: peer)
            LoopbackListener.write(chunk(created) + chunk(event + "\n"), to: peer)
            while LoopbackListener.write(chunk(String(repeating: "x", count: 60_000)), to: peer) {}
        }
        let carrier = try CarrierPlace("etcd+http://127.0.0.1:\(listener.port)").makeCarrier(
            CarrierStage.fleet,
            CarrierAccess()
        )
        let handed = Handed<[UInt8]>()
        let fault = await #expect(throws: CarrierFault.self) {
            try await carrier.watchParcels(for: CarrierStage.first) { handed.add($0) }
        }
        #expect(fault?.message.contains("bytes") ?? false, "\(String(describing: fault))")
        #expect(handed.all.isEmpty)
    }

    @Test("a store that is always behind its own list, or always compacted, is given up after a few requests")
    func behind() async throws {
        let created = #"{"result":{"header":{"revision":"5"},"created":true}}"# + "\n"
        let compacted = #"{"code":11,"message":"etcdserver: mvcc: required revision has been compacted"}"#
        for isCompacted in [false, true] {
            let requests = Mutex(0)
            let listener = LoopbackListener { peer in
                guard let head = PlayedEtcd.readHead(peer) else { return }
                requests.withLock { $0 += 1 }
                if isCompacted { return Answer.json("", compacted, status: "400 Bad Request").write(peer) }
                guard head.contains("/v3/watch") else {
                    return Answer.json("", #"{"header":{"revision":"9"}}"#).write(peer)
                }
                Answer.json("", created).write(peer)
            }
            let carrier = try CarrierPlace("etcd+http://127.0.0.1:\(listener.port)").makeCarrier(
                CarrierStage.fleet,
                CarrierAccess()
            )
            await #expect(throws: CarrierFault.self) {
                if isCompacted {
                    _ = try await carrier.cards()
                } else {
                    try await carrier.watchParcels(for: CarrierStage.first) { _ in }
                }
            }
            #expect(requests.withLock { $0 } < 10)
        }
    }

    @Test("a user's password is sent to one that answers as etcd does, and a token with a line's end is none")
    func token() async throws {
        let token = "a\\r\\nX-Injected: 1"
        let listener = LoopbackListener { peer in
            guard PlayedEtcd.readHead(peer) != nil else { return }
            Answer.json("", #"{"header":{"revision":"1"},"token":"\#(token)"}"#).write(peer)
        }
        let carrier = try CarrierPlace("etcd+http://127.0.0.1:\(listener.port)").makeCarrier(
            CarrierStage.fleet,
            CarrierAccess(user: CarrierAccess.User(name: "f1", password: "p"))
        )
        let fault = await #expect(throws: CarrierFault.self) { try await carrier.cards() }
        guard case .protocolViolation = fault else {
            Issue.record("\(String(describing: fault))")
            return
        }
    }
}
