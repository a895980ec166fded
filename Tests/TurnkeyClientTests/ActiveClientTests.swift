// SPDX-License-Identifier: Apache-2.0
import ClientLiterals
import Crypto
import FakeFrame
import Foundation
import LoopbackPeers
import StampClient
import Synchronization
import Testing
import TurnkeyClient

@Suite("Who stamps now", .timeLimit(.minutes(15)))
struct ActiveClientTests {
    static let key: PublicKey = "02\(String(repeating: "ab", count: 32))"

    /// A frame that answers GetSession with `session`, stamps in the name of `key`, and counts reports.
    private final class Frame: Sendable {
        let fake: FakeFrame
        let reports = Reports()

        init(getSession: String = Frame.alive, stamp: String = Frame.stamp) {
            let reported = reports
            fake = FakeFrame { peer in
                while let call = peer.readCall() {
                    switch call.method {
                    case "io.stampd.Stamper.GetSession": peer.send(getSession)
                    case "io.stampd.Stamper.ListSessions":
                        peer.send(
                            getSession.replacing(#""session":{"#, with: #""sessions":[{"#).replacing(
                                "}}}",
                                with: "}]}}"
                            )
                        )
                    case "io.stampd.Stamper.Stamp": peer.send(stamp)
                    case "io.stampd.Stamper.ReportRejected":
                        reported.keys.withLock { $0.append(call.parameters["publicKey"] as? String ?? "") }
                        peer.send("{}")
                    default: return
                    }
                }
            }
        }

        static let alive = makeAlive(organizationId: Fixtures.organizationId)

        /// The answer to GetSession; `nil`: nobody has said whose the session is.
        static func makeAlive(organizationId: String?) -> String {
            let claim = organizationId.map { #""organizationId":"\#($0)","# } ?? ""
            return #"{"parameters":{"session":{"name":"default","publicKey":"\#(key)",\#(claim)"origin":"bundle","#
                + #""expiresInMilliseconds":9}}}"#
        }
        static var stamp: String {
            let json = Data(#"{"publicKey":"\#(key)","scheme":"s","signature":"00"}"#.utf8).base64EncodedString()
            return Peer.stampReply(json.replacing("=", with: ""))
        }
    }

    private final class Reports: Sendable {
        let keys = Mutex<[String]>([])
    }

    private static func makeError(_ name: String, _ parameters: String) -> String {
        #"{"error":"io.stampd.Stamper.\#(name)","parameters":\#(parameters)}"#
    }

    @Test("a living session whose key the API knows")
    func session() async throws {
        let frame = Frame()
        let api = FakeAPI { _, _ in .init(body: Fixtures.whoami) }
        let passkey = CountingPasskey()
        let turnkey = try Fixtures.makeTurnkey(api, passkey: passkey, socketDirectory: frame.fake.directory)
        guard case .session(let client) = try await turnkey.getActiveClient() else {
            Issue.record("the passkey was chosen")
            return
        }
        #expect(try await client.getWhoami().userId == "u")
        #expect(passkey.prompts.isEmpty)
        #expect(frame.reports.keys.withLock(\.self).isEmpty)
    }

    @Test(
        "the passkey, where the frame has no living session; the API is not asked",
        arguments: [
            ("NoSession", #"{"session":"default","fallback":"passkey"}"#),
            ("SessionExpired", #"{"session":"default","fallback":"passkey"}"#),
        ]
    )
    func noSession(_ name: String, _ parameters: String) async throws {
        let frame = Frame(getSession: Self.makeError(name, parameters))
        let api = FakeAPI { _, _ in .init(body: Fixtures.whoami) }
        let passkey = CountingPasskey()
        let turnkey = try Fixtures.makeTurnkey(api, passkey: passkey, socketDirectory: frame.fake.directory)
        guard case .passkey(let client) = try await turnkey.getActiveClient() else {
            Issue.record("the session was chosen")
            return
        }
        #expect(api.requests.isEmpty)
        #expect(passkey.prompts.isEmpty)
        _ = try await client.api.getWhoami()
        #expect(passkey.prompts.count == 1)
        #expect(api.requests[0].headers["x-stamp-webauthn"] != nil)
    }

    @Test(
        "the passkey, where the API no longer knows the key; the frame is told",
        arguments: [
            (401, "API_KEY_EXPIRED"), (401, "PUBLIC_KEY_NOT_FOUND"),
        ]
    )
    func rejected(_ status: Int, _ code: String) async throws {
        let frame = Frame()
        let api = FakeAPI { request, _ in
            guard request.headers["x-stamp"] != nil else { return .init(body: Fixtures.whoami) }
            return .init(status: status, body: #"{"code":16,"message":"m","details":[],"turnkeyErrorCode":"\#(code)"}"#)
        }
        let passkey = CountingPasskey()
        let turnkey = try Fixtures.makeTurnkey(api, passkey: passkey, socketDirectory: frame.fake.directory)
        guard case .passkey(let client) = try await turnkey.getActiveClient() else {
            Issue.record("the session was chosen")
            return
        }
        #expect(frame.reports.keys.withLock(\.self) == [Self.key.text])
        _ = try await client.api.getWhoami()
        #expect(passkey.prompts.count == 1)
    }

    @Test(
        "nobody, and no prompt, where the frame refuses or is limited",
        arguments: [
            ("Denied", #"{"rule":"peer","fallback":"never"}"#, Fallback.never),
            ("Locked", #"{"fallback":"retry"}"#, .retry),
            ("RateLimited", #"{"retryAfterMilliseconds":5,"fallback":"retry"}"#, .retry),
            ("NoSession", #"{"session":"default"}"#, .never),
        ]
    )
    func refusedByFrame(_ name: String, _ parameters: String, _ fallback: Fallback) async throws {
        for frame in [
            Frame(getSession: Self.makeError(name, parameters)), Frame(stamp: Self.makeError(name, parameters)),
        ] {
            try await expectNoPrompt(frame.fake.directory, FakeAPI { _, _ in .init(body: Fixtures.whoami) }, fallback)
            #expect(frame.reports.keys.withLock(\.self).isEmpty)
        }
    }

    @Test(
        "nobody, and no prompt, where the API refuses, limits, fails or redirects",
        arguments: [
            (403, "REQUEST_NOT_AUTHORIZED", Fallback.never), (429, "", .retry), (429, "RATE_LIMIT_EXCEEDED", .retry),
            (401, "SIGNATURE_INVALID", .never), (500, "INTERNAL", .retry), (307, "", .never),
            (404, "ORGANIZATION_NOT_FOUND", .never),
        ]
    )
    func refusedByAPI(_ status: Int, _ code: String, _ fallback: Fallback) async throws {
        let frame = Frame()
        let api = FakeAPI { _, _ in
            .init(status: status, body: #"{"code":7,"message":"no","details":[],"turnkeyErrorCode":"\#(code)"}"#)
        }
        try await expectNoPrompt(frame.fake.directory, api, fallback)
        #expect(frame.reports.keys.withLock(\.self).isEmpty)
    }

    @Test(
        "nobody, and no prompt, where what answers is no API",
        arguments: [
            (200, "{", Fallback.never), (200, "[]", .never), (401, "<html>expired api key</html>", .never),
            (403, "", .never), (429, "<html>", .retry), (502, "<html>", .retry), (503, "", .retry),
        ]
    )
    func nonsense(_ status: Int, _ body: String, _ fallback: Fallback) async throws {
        let frame = Frame()
        try await expectNoPrompt(frame.fake.directory, FakeAPI { _, _ in .init(status: status, body: body) }, fallback)
        #expect(frame.reports.keys.withLock(\.self).isEmpty)
    }

    @Test("a session that has taken a dead one's name in the store is not forgotten in its place")
    func replacedInStore() async throws {
        let (frame, state) = (Frame(), FakeFrame.makeDirectory())
        let path = try SessionStore(socketDirectory: frame.fake.directory, stateDirectory: state).path
        let new = "03" + String(repeating: "cd", count: 32)
        let text = """
            {"version":1,"socketDirectory":"\(frame.fake.directory)","sessions":[{"name":"default","publicKey":"\(new)",
            "userId":"u","organizationId":"o","apiBaseUrl":"a","origin":"bundle","expirationSeconds":900,
            "expiry":{"expiresAtMilliseconds":9999999999999}}]}
            """
        let api = FakeAPI { _, _ in
            // While the API is asked, another program logs in anew.
            let isWritten = FileManager.default.createFile(
                atPath: path,
                contents: Data(text.utf8),
                attributes: [.posixPermissions: 0o600]
            )
            return .init(status: isWritten ? 401 : 500, body: #"{"code":16,"message":"expired api key"}"#)
        }
        let turnkey = try Fixtures.makeTurnkey(
            api,
            passkey: CountingPasskey(),
            socketDirectory: frame.fake.directory,
            stateDirectory: state
        )
        guard case .passkey = try await turnkey.getActiveClient() else {
            Issue.record("the session was chosen")
            return
        }
        #expect(try String(contentsOfFile: path, encoding: .utf8).contains(new))
    }

    @Test("nobody, and no prompt, where the network is down")
    func networkDown() async throws {
        let frame = Frame()
        try await expectNoPrompt(frame.fake.directory, .makeDown(), .retry)
        #expect(frame.reports.keys.withLock(\.self).isEmpty)
    }

    @Test("nobody, and no prompt, where no frame runs")
    func noFrame() async throws {
        let api = FakeAPI { _, _ in .init(body: Fixtures.whoami) }
        try await expectNoPrompt(FakeFrame.makeDirectory(), api, .retry)
        #expect(api.requests.isEmpty)
    }

    @Test("an error, where the passkey is needed and was not given")
    func noPasskey() async throws {
        let frame = Frame(getSession: Self.makeError("NoSession", #"{"session":"default","fallback":"passkey"}"#))
        let api = FakeAPI { _, _ in .init(body: Fixtures.whoami) }
        let turnkey = try Fixtures.makeTurnkey(api, socketDirectory: frame.fake.directory)
        await #expect { try await turnkey.getActiveClient() } throws: { error in
            if case .configuration(.missingPasskey)? = error as? TurnkeyError { true } else { false }
        }
    }

    @Test("a session client whose key is rejected later tells the frame as well")
    func rejectedLater() async throws {
        let frame = Frame()
        let api = FakeAPI { _, number in
            guard number > 0 else { return .init(body: Fixtures.whoami) }
            return .init(status: 401, body: #"{"code":16,"message":"expired api key"}"#)
        }
        let turnkey = try Fixtures.makeTurnkey(api, passkey: CountingPasskey(), socketDirectory: frame.fake.directory)
        let client = try await turnkey.getActiveClient().api
        await #expect { try await client.getWhoami() } throws: { ($0 as? TurnkeyError)?.fallback == .passkey }
        #expect(frame.reports.keys.withLock(\.self) == [Self.key.text])
    }

    /// Whose the session is said to be, by the frame and by the store; which organization is asked.
    struct Claim: Sendable, CustomTestStringConvertible {
        let frame: String?
        let store: String?
        let asked: String
        let isOwn: Bool
        var testDescription: String { "frame \(frame ?? "-"), store \(store ?? "-"), asked \(asked)" }

        init(_ frame: String?, _ store: String?, _ asked: String, isOwn: Bool) {
            (self.frame, self.store, self.asked, self.isOwn) = (frame, store, asked, isOwn)
        }
    }

    @Test(
        "a refused key ends the session, and asks the passkey, where its own organization refused it; else nothing, never",
        arguments: [
            Claim(Fixtures.organizationId, nil, Fixtures.organizationId, isOwn: true),
            Claim(Fixtures.organizationId.uppercased(), nil, Fixtures.organizationId, isOwn: true),
            Claim("other", nil, "other", isOwn: true), Claim(nil, "other", "other", isOwn: true),
            // The configuration's organization is nobody's word for whose the session is.
            Claim(nil, nil, Fixtures.organizationId, isOwn: false), Claim(nil, nil, "other", isOwn: false),
            Claim(Fixtures.organizationId, nil, "other", isOwn: false),
            Claim("other", nil, Fixtures.organizationId, isOwn: false),
            Claim(nil, "other", Fixtures.organizationId, isOwn: false), Claim("other", nil, "", isOwn: false),
        ],
        ["PUBLIC_KEY_NOT_FOUND", "API_KEY_EXPIRED"]
    )
    func organizations(_ claim: Claim, _ code: String) async throws {
        let frame = Frame(getSession: Frame.makeAlive(organizationId: claim.frame))
        let state = FakeFrame.makeDirectory()
        let api = FakeAPI { _, _ in
            .init(status: 401, body: #"{"code":16,"message":"m","details":[],"turnkeyErrorCode":"\#(code)"}"#)
        }
        let path = try SessionStore(socketDirectory: frame.fake.directory, stateDirectory: state).path
        let stored = Self.makeStored(frame.fake.directory, organizationId: claim.store, apiBaseUrl: api.baseURL)
        #expect(
            FileManager.default.createFile(
                atPath: path,
                contents: Data(stored.utf8),
                attributes: [.posixPermissions: 0o600]
            )
        )
        let client = try Fixtures.makeTurnkey(api, socketDirectory: frame.fake.directory, stateDirectory: state)
            .sessionClient()
        await #expect {
            try await client.query("whoami", body: Data(#"{"organizationId":"\#(claim.asked)"}"#.utf8))
        } throws: { error in
            guard let error = error as? TurnkeyError else { return false }
            if case .unknownKey(claim.asked, _) = error { return !claim.isOwn && error.fallback == .never }
            return claim.isOwn && error.fallback == .passkey
        }
        #expect(frame.reports.keys.withLock(\.self) == (claim.isOwn ? [Self.key.text] : []))
        #expect(try String(contentsOfFile: path, encoding: .utf8) == stored)
    }

    @Test("a refused key ends nothing where another API has registered it, whatever organization is asked")
    func anotherAPI() async throws {
        let frame = Frame(getSession: Frame.makeAlive(organizationId: Fixtures.organizationId))
        let state = FakeFrame.makeDirectory()
        let api = FakeAPI { _, _ in
            .init(status: 401, body: #"{"code":16,"message":"m","turnkeyErrorCode":"PUBLIC_KEY_NOT_FOUND"}"#)
        }
        let path = try SessionStore(socketDirectory: frame.fake.directory, stateDirectory: state).path
        let stored = Self.makeStored(
            frame.fake.directory,
            organizationId: Fixtures.organizationId,
            apiBaseUrl: "https://api.turnkey.com"
        )
        #expect(
            FileManager.default.createFile(
                atPath: path,
                contents: Data(stored.utf8),
                attributes: [.posixPermissions: 0o600]
            )
        )
        let turnkey = try Fixtures.makeTurnkey(api, socketDirectory: frame.fake.directory, stateDirectory: state)
        await #expect { try await turnkey.sessionClient().getWhoami() } throws: { error in
            guard case .unknownKey(Fixtures.organizationId, _)? = error as? TurnkeyError else { return false }
            return (error as? TurnkeyError)?.fallback == .never
        }
        #expect(frame.reports.keys.withLock(\.self).isEmpty)
        #expect(try String(contentsOfFile: path, encoding: .utf8) == stored)
    }

    private static func makeStored(_ directory: String, organizationId: String?, apiBaseUrl: String) -> String {
        let session = organizationId.map {
            #"{"name":"default","publicKey":"\#(key)","userId":"u","organizationId":"\#($0)","#
                + #""apiBaseUrl":"\#(apiBaseUrl)","origin":"bundle","expirationSeconds":900,"#
                + #""expiry":{"expiresAtMilliseconds":9999999999999}}"#
        }
        return #"{"version":1,"socketDirectory":"\#(directory)","sessions":[\#(session ?? "")]}"#
    }

    @Test("a body that names its organization twice names none: a refusal of it ends nothing")
    func organizationTwice() async throws {
        let frame = Frame()
        let api = FakeAPI { _, _ in .init(status: 401, body: #"{"code":16,"message":"expired api key"}"#) }
        let client = try Fixtures.makeTurnkey(api, socketDirectory: frame.fake.directory).sessionClient()
        let body = #"{"organizationId":"x","organizationId":"\#(Fixtures.organizationId)"}"#
        await #expect { try await client.query("whoami", body: Data(body.utf8)) } throws: {
            ($0 as? TurnkeyError)?.fallback == .never
        }
        #expect(frame.reports.keys.withLock(\.self).isEmpty)
    }

    @Test("a key that has no session, such as an API key's, is refused without anybody being asked")
    func noSessionKey() async throws {
        let api = FakeAPI { _, _ in
            .init(status: 401, body: #"{"code":16,"message":"m","turnkeyErrorCode":"PUBLIC_KEY_NOT_FOUND"}"#)
        }
        let client = try Fixtures.makeTurnkey(api).client(APIKeyStamper(P256.Signing.PrivateKey()))
        await #expect { try await client.getWhoami() } throws: { error in
            guard case .unknownKey(Fixtures.organizationId, _)? = error as? TurnkeyError else { return false }
            return (error as? TurnkeyError)?.message == "organization \(Fixtures.organizationId) does not know this key"
        }
    }

    private func expectNoPrompt(_ directory: String, _ api: FakeAPI, _ fallback: Fallback) async throws {
        let passkey = CountingPasskey()
        let turnkey = try Fixtures.makeTurnkey(api, passkey: passkey, socketDirectory: directory)
        await #expect { try await turnkey.getActiveClient() } throws: { ($0 as? TurnkeyError)?.fallback == fallback }
        #expect(passkey.prompts.isEmpty)
    }
}
