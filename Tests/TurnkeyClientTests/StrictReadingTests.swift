// SPDX-License-Identifier: Apache-2.0
import Crypto
import FakeFrame
import Foundation
import LoopbackPeers
import StampClient
import Synchronization
import Testing

@testable import TurnkeyClient

@Suite("What a person, a file or the network wrote has one reading, or is refused", .timeLimit(.minutes(15)))
struct StrictReadingTests {
    /// Another spelling of a text whose first member is a text: Foundation's reader takes most of them.
    struct Spelling: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let respell: @Sendable (String) -> Data

        init(_ description: String, _ respell: @escaping @Sendable (String) -> String) {
            testDescription = description
            self.respell = { Data(respell($0).utf8) }
        }

        init(_ description: String, bytes respell: @escaping @Sendable (String) -> Data) {
            testDescription = description
            self.respell = respell
        }
    }

    /// Its first member and the comma behind it.
    private static func firstMember(_ text: String) -> String {
        String(text.dropFirst().prefix { $0 != "," }) + ","
    }

    static let spellings = [
        Spelling("a name twice") { "{" + firstMember($0) + $0.dropFirst() },
        Spelling("a name twice, once with an escape") { text in
            let member = firstMember(text)
            let start = member.firstIndex(of: "\"").map { member.index(after: $0) } ?? member.startIndex
            let code = String(member[start].unicodeScalars.first?.value ?? 0, radix: 16)
            let escaped = member[..<start] + "\\u00" + code + member[member.index(after: start)...]
            return "{" + escaped + text.dropFirst()
        },
        Spelling("a comma too many") { $0.dropLast() + ",}" },
        Spelling("another text behind it") { $0 + "{}" },
        Spelling("a byte behind it") { $0 + "\0" },
        Spelling("a byte order mark") { "\u{FEFF}" + $0 },
        Spelling("UTF-16", bytes: { Data($0.utf16.flatMap { [UInt8($0 & 255), UInt8($0 >> 8)] }) }),
        Spelling("half a surrogate pair") { $0.dropLast() + #","x":"\ud800"}"# },
        Spelling("a comment") { "/**/" + $0 },
        Spelling(
            "bytes that are not UTF-8",
            bytes: { Data($0.utf8.dropLast()) + Data([0x2C, 0x22, 0xFF, 0x22, 0x3A, 0x30, 0x7D]) }
        ),
    ]

    private static func isTaken(_ read: () throws -> Void) -> Bool { (try? read()) != nil }

    @Test("the configuration's file", arguments: spellings)
    func configuration(_ spelling: Spelling) throws {
        let directory = FakeFrame.makeDirectory()
        func read(_ data: Data) throws -> [ConfigurationFile.Member: String] {
            try data.write(to: URL(filePath: directory + "/turnkey.json"))
            chmod(directory + "/turnkey.json", 0o600)
            return try ConfigurationFile(directory + "/turnkey.json").values
        }
        let text = #"{"rpId":"localhost","defaultOrganizationId":"o"}"#
        #expect(try read(Data(text.utf8)) == [.rpId: "localhost", .defaultOrganizationId: "o"])
        #expect {
            try read(spelling.respell(text))
        } throws: { error in
            guard case .configuration(.invalidFile(_, let detail))? = error as? TurnkeyError else { return false }
            return detail.hasPrefix("is not one JSON object: ") && detail.contains(" at byte ")
        }
    }

    @Test("the store of sessions", arguments: spellings)
    func store(_ spelling: Spelling) async throws {
        let store = try SessionStore(socketDirectory: "/run/x", stateDirectory: FakeFrame.makeDirectory() + "/stampd")
        try await store.update { $0.selectedSession = "work" }
        let text = try String(contentsOfFile: store.path, encoding: .utf8).trimmingCharacters(in: .newlines)
        func write(_ data: Data) throws {
            try data.write(to: URL(filePath: store.path))
            chmod(store.path, 0o600)
        }
        try write(Data(text.utf8))
        #expect(try store.read().selectedSession == "work")
        try write(spelling.respell(text))
        #expect {
            try store.read()
        } throws: { error in
            guard case .damaged(_, let detail)? = error as? StoreError else { return false }
            return detail.contains(" at byte ")
        }
    }

    @Test("a session token, though the notarizer signed it", arguments: spellings)
    func token(_ spelling: Spelling) throws {
        let notarizer = P256.Signing.PrivateKey()
        let header = #"{"alg":"ES256","typ":"JWT"}"#
        let claims =
            #"{"public_key":"\#(ActiveClientTests.key)","session_type":"s","user_id":"u","organization_id":"o","exp":1748876837}"#
        func isTaken(_ header: Data, _ claims: Data, change: (String) -> String = { $0 }) throws -> Bool {
            let signed = Base64URL.encode(header) + "." + Base64URL.encode(claims)
            let inner = Data(SHA256.hash(data: Data(signed.utf8)))
            let signature = try notarizer.signature(for: SHA256.hash(data: inner)).rawRepresentation
            let jwt = signed + "." + change(Base64URL.encode(signature))
            let key = notarizer.publicKey.x963Representation.hex
            return Self.isTaken { _ = try SessionToken(verifying: jwt, notarizerPublicKey: key) }
        }
        #expect(try isTaken(Data(header.utf8), Data(claims.utf8)))
        #expect(try !isTaken(spelling.respell(header), Data(claims.utf8)))
        #expect(try !isTaken(Data(header.utf8), spelling.respell(claims)))
        // 64 bytes leave four bits of the last character unused.
        #expect(try !isTaken(Data(header.utf8), Data(claims.utf8)) { Self.withSpareBit($0) })
        #expect(try !isTaken(Data(header.utf8), Data(claims.utf8)) { $0 + "==" })
    }

    /// The same bytes to a lenient decoder.
    private static func withSpareBit(_ text: String) -> String {
        let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")
        let last = alphabet.firstIndex(of: text.last ?? "A") ?? 0
        return String(text.dropLast()) + String(alphabet[last | 1])
    }

    @Test("a stamp that says which key is to be reported", arguments: spellings)
    func stamp(_ spelling: Spelling) async throws {
        let (reports, sink) = AsyncStream.makeStream(of: String.self)
        let frame = FakeFrame { peer in
            while let call = peer.readCall() {
                sink.yield(call.parameters["publicKey"] as? String ?? "")
                peer.send("{}")
            }
        }
        let stamper = SocketStamper(
            StampClient(FrameAddress(socketDirectory: frame.directory), deadline: .seconds(120))
        )
        func report(_ stamp: Data) async throws {
            try await stamper.reportRejected(StampHeader(name: "X-Stamp", value: Base64URL.encode(stamp)))
        }
        let (key, other) = (ActiveClientTests.key.text, SessionSocketTests.other.text)
        let text = #"{"publicKey":"\#(key)","scheme":"s"}"#
        try await report(spelling.respell(text))
        try await report(Data(text.replacing(key, with: other).utf8))
        #expect(await reports.first { _ in true } == other)
    }

    @Test("one reader, as deep everywhere: what a frame, the API, a file and an approval say", arguments: [64, 65])
    func depth(_ depth: Int) async throws {
        // The object itself is the first level.
        let nested = String(repeating: "[", count: depth - 1) + String(repeating: "]", count: depth - 1)
        let isTaken = depth == StrictJSON.maximumDepth
        let api = FakeAPI { _, _ in .init(body: #"{"x":\#(nested)}"#) }
        let client = try Fixtures.makeTurnkey(api).client(APIKeyStamper(P256.Signing.PrivateKey()))
        let answer = try? await client.query("whoami", body: Data("{}".utf8))
        #expect((answer != nil) == isTaken)
        #expect(Self.isTaken { _ = try RequestSummary(Data(#"{"x":\#(nested)}"#.utf8)) } == isTaken)
        #expect(
            Self.isTaken { _ = try StrictJSON.decode([String: Nothing].self, from: Data(#"{"x":\#(nested)}"#.utf8)) }
                == isTaken
        )
        let frame = FakeFrame { peer in
            while peer.readCall() != nil {
                peer.send(#"{"parameters":{"stampHeaderName":"X-Stamp","stampHeaderValue":"v"},"x":\#(nested)}"#)
            }
        }
        defer { frame.stop() }
        let stamp = try? await StampClient(FrameAddress(socketDirectory: frame.directory), deadline: .seconds(120))
            .stamp(payload: "p")
        #expect((stamp != nil) == isTaken)
    }

    /// Any value.
    private struct Nothing: Decodable {
        init(from decoder: any Decoder) throws {}
    }

    @Test("base64url has one spelling for each byte, and for each two") func base64url() {
        let alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
        var taken: Set<Data> = []
        var count = 0
        for first in alphabet {
            for second in alphabet {
                for text in ["\(first)\(second)", "A\(first)\(second)"] {
                    guard let bytes = Base64URL.decode(text) else { continue }
                    #expect(Base64URL.encode(bytes) == text)
                    taken.insert(bytes)
                    count += 1
                }
            }
        }
        #expect(taken.count == count && count == 256 + 64 * 16)
    }
}
