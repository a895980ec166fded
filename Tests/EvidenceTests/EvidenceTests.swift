// SPDX-License-Identifier: Apache-2.0
import FakeFrame
import Foundation
import Glibc
import Testing

@testable import stampd_evidence

@Suite("the evidence of a host", .serialized, .timeLimit(.minutes(15)))
struct EvidenceTests {
    @Test(
        "ssh-keygen finds the evidence right for the card's exact bytes, and for no others, with each type of key",
        arguments: [["ed25519"], ["ecdsa", "-b", "256"], ["ecdsa", "-b", "521"], ["rsa", "-b", "3072"]]
    )
    func verifies(_ key: [String]) throws {
        let host = try EvidenceHost(key: key)
        let frame = host.frame()
        defer { frame.stop() }
        let envelope = try ReadEnvelope(try host.ask())
        #expect(envelope.bytes == Array(EvidenceHost.card.utf8))
        #expect(try host.verifies(envelope.evidence, over: envelope.bytes))
        #expect(try !host.verifies(envelope.evidence, over: envelope.bytes + [0x20]))
        #expect(try !host.verifies(envelope.evidence, over: envelope.bytes, namespace: "stampd-parcel@stampd.io"))
        let line = "evidence for a card of stampd@web.service, given to process \(getpid()) of "
        #expect(host.lines.count == 1 && host.lines[0].hasPrefix(line))
    }

    @Test("a card of 16 KiB is signed, one of a byte more is none", arguments: [(16_384, true), (16_385, false)])
    func limit(_ byteCount: Int, _ isCard: Bool) throws {
        let host = try EvidenceHost()
        let frame = host.frame(#"{"v":""# + String(repeating: "c", count: byteCount - 8) + #""}"#)
        defer { frame.stop() }
        let bytes = try host.ask()
        #expect(bytes.isEmpty != isCard)
        if isCard { #expect(try ReadEnvelope(bytes).bytes.count == byteCount) }
    }

    private static let gone = "the process that answered at the deliver socket has ended, or has no number here"
    private static let foreign = #"{"parameters":{"card":"{}"}}"#

    @Test("a process that is not of the frame's unit gets nothing signed", arguments: [nil, "stampd@other.service"])
    func wrongUnit(_ unit: String?) throws {
        let host = try EvidenceHost()
        host.unitOf = { _ in unit }
        let frame = host.frame()
        defer { frame.stop() }
        #expect(try host.ask().isEmpty)
        let words = "process \(getpid()), which answered at the deliver socket, is of \(unit ?? "no unit"), not of "
        #expect(host.lines.count == 1 && host.lines[0].hasSuffix(words + EvidenceHost.unit))
    }

    @Test("one that left the unit, or came into it, between the two answers gets nothing signed")
    func unitChanges() throws {
        for answers in [[EvidenceHost.unit, nil], [nil, EvidenceHost.unit]] {
            let host = try EvidenceHost()
            var left = answers[...]
            host.unitOf = { _ in left.popFirst() ?? nil }
            let frame = host.frame()
            defer { frame.stop() }
            #expect(try host.ask().isEmpty)
            #expect(host.lines.first?.contains("is of no unit, not of") == true)
        }
    }

    @Test("who answers and ends, so that its number may be another's, gets nothing signed") func gone() throws {
        let host = try EvidenceHost()
        host.unitOf = { sender in
            while kill(sender, 0) == 0 { usleep(1000) }
            return EvidenceHost.unit
        }
        let frame = host.frame { peer in
            while peer.readCall() != nil { peer.sendFromAnotherProcess(Self.foreign) }
        }
        defer { frame.stop() }
        #expect(try host.ask().isEmpty)
        #expect(host.lines.first?.hasSuffix(Self.gone) == true, "\(host.lines)")
    }

    @Test("another process's answer is not signed, whether it is the second one or half of one") func twoSenders()
        throws
    {
        let second: @Sendable (Peer) -> Void = { peer in
            _ = peer.readCall()
            peer.send(EvidenceHost.answer(EvidenceHost.card))
            _ = peer.readCall()
            peer.sendFromAnotherProcess(Self.foreign)
            _ = peer.readCall()
        }
        let half: @Sendable (Peer) -> Void = { peer in
            _ = peer.readCall()
            peer.sendBytes(Array(#"{"parameters":"#.utf8))
            peer.sendFromAnotherProcess(#"{"card":"{}"}}"#)
            _ = peer.readCall()
        }
        for script in [second, half] {
            let host = try EvidenceHost()
            host.unitOf = { _ in EvidenceHost.unit }
            let frame = host.frame(script)
            defer { frame.stop() }
            #expect(try host.ask().isEmpty)
            #expect(host.lines.first?.contains("two processes answered") == true, "\(host.lines)")
        }
    }

    struct Answer: CustomTestStringConvertible, Sendable {
        let testDescription: String
        let words: String
        let script: @Sendable (Peer) -> Void

        init(_ name: String, _ words: String, _ script: @escaping @Sendable (Peer) -> Void) {
            (testDescription, self.words, self.script) = (name, words, script)
        }

        init(_ answer: String, _ words: String) {
            self.init(answer, words) { peer in
                while peer.readCall() != nil { peer.send(answer) }
            }
        }
    }

    @Test(
        "an answer that is none, or that does not end, is told in words and gets nothing signed",
        arguments: [
            Answer("{", "not JSON: the JSON text ends inside a value at byte 1"),
            Answer("[]", "not JSON: a value of another type than this member has at byte 0"),
            Answer(#"{"parameters":{"card":"{}","card":"{}"}}"#, "a name that stands twice in one object at byte 28"),
            Answer("{}", "the answer at the deliver socket is not one to GetCard"),
            Answer(#"{"parameters":{"card":"{}"},"continues":true}"#, "is not one to GetCard"),
            Answer(#"{"parameters":{"card":"{}","more":1}}"#, "is not one to GetCard"),
            Answer(#"{"parameters":{"card":"[]"}}"#, "what the frame gave is not a card"),
            Answer(#"{"parameters":{"card":"{} {}"}}"#, "what the frame gave is not a card"),
            Answer(#"{"parameters":{"card":{}}}"#, "what the frame gave is not a card"),
            Answer(
                #"{"error":"io.stampd.Delivery.NotConfigured"}"#,
                "the frame answered io.stampd.Delivery.NotConfigured"
            ),
            Answer(#"{"error":"a\u001b[31m"}"#, "the frame answered an error"),
            Answer(#"{"error":"a b"}"#, "the frame answered an error"),
            Answer("hang up", "the frame closed the connection") { _ in },
            Answer("hang up within", "the frame closed the connection") { peer in
                _ = peer.readCall()
                peer.sendBytes(Array("{".utf8))
            },
            Answer("two at once", "bytes came at the deliver socket that answer no call") { peer in
                _ = peer.readCall()
                peer.sendBytes(Array("\(Self.foreign)\0\(Self.foreign)\0".utf8))
                _ = peer.readCall()
            },
            Answer("no end", "longer than a card's can be") { peer in
                for _ in 0..<64 { peer.sendBytes([UInt8](repeating: 0x20, count: 16384)) }
            },
        ]
    )
    func garbage(_ row: Answer) throws {
        let host = try EvidenceHost()
        let frame = host.frame(row.script)
        defer { frame.stop() }
        #expect(try host.ask().isEmpty)
        #expect(host.lines.count == 1 && host.lines[0].contains(row.words), "\(host.lines)")
    }

    @Test("an answer before it is asked for is no second answer") func early() throws {
        let host = try EvidenceHost()
        let bothAreSent = DispatchSemaphore(value: 0)
        host.unitOf = { _ in
            bothAreSent.wait()
            return EvidenceHost.unit
        }
        let frame = host.frame { peer in
            _ = peer.readCall()
            peer.send(Self.foreign)
            // Of another writer, so that one receive does not take both.
            peer.sendFromAnotherProcess(Self.foreign)
            bothAreSent.signal()
            while peer.readCall() != nil {}
        }
        defer { frame.stop() }
        #expect(try host.ask().isEmpty)
        #expect(host.lines.first?.hasSuffix("bytes came at the deliver socket that answer no call") == true)
    }

    @Test("a frame that says nothing, or a byte now and then, gets no more than the deadline") func slow() throws {
        let drip: @Sendable (Peer) -> Void = { peer in
            for _ in 0..<200 {
                peer.sendBytes([0x20])
                usleep(20_000)
            }
        }
        for script in [{ @Sendable peer in while peer.readCall() != nil {} }, drip] {
            let host = try EvidenceHost()
            host.deadlineMilliseconds = 500
            let frame = host.frame(script)
            defer { frame.stop() }
            #expect(try host.ask().isEmpty)
            #expect(host.lines.first?.hasSuffix("the frame's answer did not come in time") == true, "\(host.lines)")
        }
    }

    @Test("without a frame there is no evidence") func noFrame() throws {
        let host = try EvidenceHost()
        #expect(try host.ask().isEmpty)
        #expect(host.lines.first?.hasSuffix("takes no connection: connect: No such file or directory") == true)
    }
}
