// SPDX-License-Identifier: Apache-2.0
import ClientLiterals
import FakeFrame
import Foundation
import LoopbackPeers
import StampClient
import Synchronization
import Testing

@testable import TurnkeyClient

@Suite("A client of this version at a frame of version 0.1.0, and the files that 0.1.0 left", .timeLimit(.minutes(15)))
struct FormerFrameTests {
    private static let key: PublicKey = "02\(String(repeating: "ab", count: 32))"

    /// A frame that answers as version 0.1.0 does, and keeps what it was asked.
    private final class Frame: Sendable {
        let directory = FakeFrame.makeDirectory()
        private let asked = Mutex<[String]>([])

        init() {
            for socket in ["stamp.sock", "control.sock"] {
                _ = FakeFrame(directory: directory, socket: socket) { [self] peer in
                    while let call = peer.readCall() {
                        asked.withLock { $0.append(call.json) }
                        peer.send(Self.answer(call))
                    }
                }
            }
        }

        func calls(of method: String) -> [String] { asked.withLock(\.self).filter { $0.contains("\"\(method)\"") } }

        private static func answer(_ call: ReceivedCall) -> String {
            let session =
                #"{"name":"default","publicKey":"\#(key)","origin":"generated","expiresInMilliseconds":900000}"#
            switch call.method {
            case "io.stampd.Stamper.GetStatus":
                return
                    #"{"parameters":{"status":{"version":"0.1.0","uptimeMilliseconds":1,"locked":false,"sessions":1,"connections":1,"stamped":2,"denied":3,"failed":4,"auditLost":5}}}"#
            case "io.stampd.Stamper.GetSession": return #"{"parameters":{"session":\#(session)}}"#
            case "io.stampd.Stamper.ListSessions": return #"{"parameters":{"sessions":[\#(session)]}}"#
            case "io.stampd.Stamper.Stamp": return Peer.stampReply("v")
            case "io.stampd.Stamper.Monitor":
                return #"{"parameters":{"event":{"kind":"locked"}},"continues":true}"#
            case "io.stampd.Control.InitEmbeddedKey":
                return #"{"parameters":{"publicKey":"04aa","expiresInMilliseconds":5}}"#
            case "io.stampd.Control.CreateSessionKey": return #"{"parameters":{"publicKey":"\#(key)"}}"#
            case "io.stampd.Control.ActivateSession":
                let unknown = call.parameters["publicKey"] as? String ?? ""
                return #"{"error":"io.stampd.Control.UnknownSessionKey","parameters":{"publicKey":"\#(unknown)"}}"#
            case "io.stampd.Control.InjectCredentialBundle":
                return #"{"error":"io.stampd.Stamper.TooManySessions","parameters":{"limit":64,"fallback":"never"}}"#
            default:
                return #"{"error":"org.varlink.service.MethodNotFound","parameters":{"method":"\#(call.method)"}}"#
            }
        }
    }

    private let frame = Frame()

    @Test("reads its status, its sessions and its events, and stamps by calls that it takes")
    func answers() async throws {
        let client = StampClient(FrameAddress(socketDirectory: frame.directory), deadline: .seconds(120))
        let status = try await client.getStatus()
        #expect((status.version, status.stamped, status.auditLost) == ("0.1.0", 2, 5))
        #expect(try await client.listSessions().map(\.publicKey) == [Self.key])
        #expect(try await client.getSession().origin == .generated)
        #expect(try await client.stamp(payload: "p").stampHeaderValue == "v")
        // It refuses a parameter that it does not know.
        #expect(
            frame.calls(of: "io.stampd.Stamper.Stamp").allSatisfy { call in
                let object = try? JSONSerialization.jsonObject(with: Data(call.utf8)) as? [String: Any]
                let names = (object?["parameters"] as? [String: Any])?.keys.sorted()
                return names == ["expectPublicKey", "payload"]
            }
        )
        var events = try await client.monitor().makeAsyncIterator()
        #expect(try await events.next()?.kind == .locked)
    }

    @Test("TooManySessions without a time is never, and DropSessionKey is a method that is not there")
    func errors() async throws {
        let control = ControlClient(FrameAddress(socketDirectory: frame.directory), deadline: .seconds(120))
        let full = StampError.tooManySessions(limit: 64, retryAfterMilliseconds: nil, fallback: .never)
        await #expect(throws: full) { try await control.injectCredentialBundle("b") }
        let missing = StampError.methodNotFound(method: "io.stampd.Control.DropSessionKey")
        await #expect(throws: missing) { try await control.dropSessionKey(publicKey: Self.key) }
    }

    @Test("a login that fails says why: that the frame cannot drop its key is not the reason")
    func login() async throws {
        let turnkey = try Fixtures.makeTurnkey(
            .makeDown(),
            passkey: CountingPasskey(),
            socketDirectory: frame.directory
        )
        let client = try turnkey.passkeyClient()
        await #expect {
            try await client.loginWithPasskey()
        } throws: { error in
            guard case .session(let failure)? = error as? TurnkeyError else { return false }
            guard case .unreachable = failure.cause else { return false }
            return failure.step == .register
        }
        #expect(frame.calls(of: "io.stampd.Control.DropSessionKey").count == 1)
    }

    private static func fixture(_ name: String) throws -> Data {
        let directory = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../Fixtures/0.1.0")
        return try Data(contentsOf: directory.appending(path: name))
    }

    @Test("the client's configuration of 0.1.0 is taken")
    func configuration() throws {
        let home = FakeFrame.makeDirectory()
        try FileManager.default.createDirectory(atPath: home + "/stampd", withIntermediateDirectories: true)
        try Self.fixture("turnkey.json").write(to: URL(filePath: home + "/stampd/turnkey.json"))
        let configuration = try TurnkeyConfiguration.load(environment: ["XDG_CONFIG_HOME": home])
        #expect(configuration.apiBaseUrl.text == "https://api.example.com")
        #expect(configuration.rpId == "example.com" && configuration.socketDirectory == "/run/stampd")
    }

    @Test("the sessions that a client of 0.1.0 stored are there, and stay when something is stored beside them")
    func sessions() async throws {
        let state = FakeFrame.makeDirectory() + "/stampd"
        let store = try SessionStore(socketDirectory: "/run/stampd", stateDirectory: state)
        try await store.checkWritable()
        try Self.fixture("sessions.json").write(to: URL(filePath: store.path))
        chmod(store.path, 0o600)
        try await store.update { $0.selectedSession = "other" }
        let stored = try store.read()
        #expect(stored.selectedSession == "other" && stored.login?.user.userId == "u")
        #expect(stored["work"]?.credentialBundle == "b" && stored["work"]?.isOver == false)
    }
}
