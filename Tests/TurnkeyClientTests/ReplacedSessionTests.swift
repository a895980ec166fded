// SPDX-License-Identifier: Apache-2.0
import ClientLiterals
import FakeFrame
import Foundation
import LoopbackPeers
import StampClient
import Synchronization
import Testing
import TurnkeyClient

@Suite("A session that was replaced stamps for nobody who has seen the former key", .timeLimit(.minutes(15)))
struct ReplacedSessionTests {
    private static let former: PublicKey = "02\(String(repeating: "aa", count: 32))"
    private static let latter: PublicKey = "02\(String(repeating: "bb", count: 32))"

    /// A frame whose one session has a key that a test can replace, and which keeps a list of what was called.
    private final class Frame: Sendable {
        let directory = FakeFrame.makeDirectory()
        private let key = Mutex(ReplacedSessionTests.former)
        private let reported = Mutex<[String]>([])

        init() {
            for socket in ["stamp.sock", "control.sock"] {
                _ = FakeFrame(directory: directory, socket: socket) { [self] peer in
                    while let call = peer.readCall() { peer.send(answer(call)) }
                }
            }
        }

        func replace() { key.withLock { $0 = ReplacedSessionTests.latter } }

        var reports: [String] { reported.withLock(\.self) }

        private func answer(_ call: ReceivedCall) -> String {
            let key = key.withLock(\.self)
            let session =
                #"{"name":"default","publicKey":"\#(key)","organizationId":"o","origin":"bundle","expiresInMilliseconds":900000}"#
            switch call.method {
            case "io.stampd.Stamper.GetSession": return #"{"parameters":{"session":\#(session)}}"#
            case "io.stampd.Stamper.ListSessions": return #"{"parameters":{"sessions":[\#(session)]}}"#
            case "io.stampd.Stamper.ReportRejected":
                reported.withLock { $0.append(call.parameters["publicKey"] as? String ?? "") }
                return "{}"
            case "io.stampd.Stamper.Stamp":
                let expected = call.parameters["expectPublicKey"] as? String
                guard expected == nil || expected == key.text else {
                    return
                        #"{"error":"io.stampd.Stamper.PublicKeyMismatch","parameters":{"publicKey":"\#(key)","fallback":"never"}}"#
                }
                let json = Data(#"{"publicKey":"\#(key)","scheme":"s","signature":"00"}"#.utf8)
                return Peer.stampReply(json.base64EncodedString().replacing("=", with: ""))
            case "io.stampd.Control.ActivateSession":
                return
                    #"{"error":"io.stampd.Control.UnknownSessionKey","parameters":{"publicKey":"\#(key)"}}"#
            default: return #"{"error":"org.varlink.service.MethodNotFound","parameters":{"method":"\#(call.method)"}}"#
            }
        }
    }

    private let frame = Frame()
    private var client: StampClient {
        StampClient(FrameAddress(socketDirectory: frame.directory), deadline: .seconds(120))
    }

    private func expectRefused(_ stamper: SocketStamper, _ comment: Comment) async {
        await #expect(comment) { try await stamper.stamp(Data("{}".utf8)) } throws: { error in
            guard case .frame(.publicKeyMismatch(let key, .never))? = error as? TurnkeyError else { return false }
            return key == Self.latter
        }
    }

    @Test("however often it is asked, whatever is looked at or reported meanwhile, until the caller takes the new one")
    func refusedAgain() async throws {
        let client = client
        let stamper = SocketStamper(client)
        #expect(try await client.getSession().publicKey == Self.former)
        let header = try await stamper.stamp(Data("{}".utf8))
        frame.replace()
        for _ in 0..<3 { await expectRefused(stamper, "asked again") }
        #expect(try await client.listSessions().map(\.publicKey) == [Self.latter])
        await expectRefused(stamper, "after a look")
        #expect(await stamper.findOrganization(of: header) == nil)
        await expectRefused(stamper, "after it was asked whose the former key is")
        try await client.reportRejected(publicKey: Self.latter)
        await expectRefused(stamper, "after another key was reported")
        #expect(try await client.getSession().publicKey == Self.latter)
        _ = try await stamper.stamp(Data("{}".utf8))
    }

    @Test("also where nobody has looked: a check whose answer is in the way decides nothing")
    func unseen() async throws {
        let stamper = SocketStamper(client)
        let header = try await stamper.stamp(Data("{}".utf8))
        #expect(await stamper.findOrganization(of: header) == "o")
        frame.replace()
        // The stamper has looked at the session, and yet the caller has not: any key will do.
        _ = try await stamper.stamp(Data("{}".utf8))
    }

    @Test("a report of the former key frees the name, for it is dead")
    func reported() async throws {
        let client = client
        let stamper = SocketStamper(client)
        _ = try await client.getSession()
        let header = try await stamper.stamp(Data("{}".utf8))
        frame.replace()
        try await stamper.reportRejected(header)
        #expect(frame.reports == [Self.former.text])
        _ = try await stamper.stamp(Data("{}".utf8))
    }

    @Test("a search for the active client that fails decides nothing; one that succeeds is the caller's decision")
    func activeClient() async throws {
        let isDown = Mutex(true)
        let api = FakeAPI { _, _ in
            isDown.withLock(\.self) ? .init(status: 500, body: "{}") : .init(body: Fixtures.whoami)
        }
        let turnkey = try Fixtures.makeTurnkey(api, socketDirectory: frame.directory)
        _ = try await turnkey.frame.getSession()
        frame.replace()
        await #expect { try await turnkey.getActiveClient() } throws: { ($0 as? TurnkeyError)?.fallback == .retry }
        await #expect { try await turnkey.sessionClient().getWhoami() } throws: { error in
            if case .frame(.publicKeyMismatch)? = error as? TurnkeyError { true } else { false }
        }
        isDown.withLock { $0 = false }
        _ = try await turnkey.getActiveClient()
        #expect(try await turnkey.sessionClient().getWhoami().userId == "u")
    }

    @Test("a refresh of a session that somebody replaced is refused, and asks for no key")
    func refresh() async throws {
        let api = FakeAPI { _, _ in .init(body: Fixtures.whoami) }
        let turnkey = try Fixtures.makeTurnkey(api, socketDirectory: frame.directory)
        _ = try await turnkey.frame.getSession()
        frame.replace()
        await #expect { try await turnkey.sessions.refresh() } throws: { error in
            if case .frame(.publicKeyMismatch(Self.latter, .never))? = error as? TurnkeyError { true } else { false }
        }
        #expect(api.requests.isEmpty)
    }
}
