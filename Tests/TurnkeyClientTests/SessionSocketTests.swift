// SPDX-License-Identifier: Apache-2.0
import ClientLiterals
import FakeFrame
import Foundation
import LoopbackPeers
import StampClient
import Testing
import TurnkeyClient

/// Which of the frame's sockets stamps what, and what comes of a refusal.
@Suite("The socket at which a session stamps", .timeLimit(.minutes(15)))
struct SessionSocketTests {
    static let key: PublicKey = "02\(String(repeating: "ab", count: 32))"
    static let other: PublicKey = "03\(String(repeating: "cd", count: 32))"

    /// A frame whose sockets say which of them stamped; each answers Stamp with `refusal` where there is one.
    private final class Frame: Sendable {
        let directory = FakeFrame.makeDirectory()
        private let sockets: [FakeFrame]

        init(
            stamp refusal: String? = nil,
            control controlRefusal: String? = nil,
            key: PublicKey = SessionSocketTests.key
        ) {
            let directory = directory
            sockets = [("stamp", refusal), ("control", controlRefusal)].map { name, refusal in
                FakeFrame(directory: directory, socket: name + ".sock") { peer in
                    while let call = peer.readCall() {
                        peer.send(Frame.answer(call, at: name, refusal, key.text))
                    }
                }
            }
        }

        private static func answer(_ call: ReceivedCall, at socket: String, _ refusal: String?, _ key: String) -> String
        {
            let session =
                #"{"name":"default","publicKey":"\#(key)","organizationId":"\#(Fixtures.organizationId)","#
                + #""origin":"generated","expiresInMilliseconds":900000}"#
            switch call.method {
            case "io.stampd.Stamper.GetSession": return #"{"parameters":{"session":\#(session)}}"#
            case "io.stampd.Stamper.ListSessions": return #"{"parameters":{"sessions":[\#(session)]}}"#
            case "io.stampd.Stamper.Stamp":
                if let refusal { return refusal }
                if let expected = call.parameters["expectPublicKey"] as? String, expected != key {
                    return SessionSocketTests.error("PublicKeyMismatch", #"{"publicKey":"\#(key)","fallback":"never"}"#)
                }
                return Peer.stampReply(socket)
            default: return SessionSocketTests.error("Denied", #"{"rule":"peer","fallback":"never"}"#)
            }
        }

        func stop() { for socket in sockets { socket.stop() } }
    }

    private static func error(_ name: String, _ parameters: String) -> String {
        #"{"error":"io.stampd.Stamper.\#(name)","parameters":\#(parameters)}"#
    }

    private static func denied(_ fallback: String) -> String {
        error(
            "Denied",
            #"{"rule":"payload","id":"day","reason":"limit.day","at":null,"retryAfterMilliseconds":1500,"fallback":"\#(fallback)"}"#
        )
    }

    struct Row: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let call: @Sendable (APIClient) async throws -> Void

        init(_ description: String, _ call: @escaping @Sendable (APIClient) async throws -> Void) {
            (testDescription, self.call) = (description, call)
        }
    }

    static let credentials: [Row] = [
        Row("createApiKeys") { client in
            _ = try await client.createApiKeys(
                userId: "u",
                apiKeys: [NewAPIKey(apiKeyName: "n", publicKey: key, expirationSeconds: 900)]
            )
        },
        Row("deleteApiKeys") { client in _ = try await client.deleteApiKeys(userId: "u", apiKeyIds: ["k"]) },
        Row("createAuthenticators") { client in
            let attestation = PasskeyAttestation(
                credentialId: Data([1]),
                clientDataJson: Data("{}".utf8),
                attestationObject: Data([0xA0]),
                challenge: Data([2]),
                transports: []
            )
            _ = try await client.createAuthenticators(
                userId: "u",
                authenticators: [NewAuthenticator(authenticatorName: "n", attestation: attestation)]
            )
        },
        Row("stampLogin") { client in _ = try await client.stampLogin(publicKey: key, expirationSeconds: 900) },
        Row("createReadOnlySession") { client in _ = try await client.createReadOnlySession() },
        Row("deleteAuthenticators") { client in
            _ = try await client.deleteAuthenticators(userId: "u", authenticatorIds: ["a"])
        },
        Row("approveActivity") { client in _ = try await client.approveActivity(fingerprint: "sha256:00") },
        Row("createUsers") { client in _ = try await client.createUsers([NewUser(userName: "n")]) },
    ]

    static let others: [Row] = [
        Row("whoami") { client in _ = try await client.getWhoami() },
        Row("getApiKeys") { client in _ = try await client.getApiKeys(userId: "u") },
        Row("getUsers") { client in _ = try await client.getUsers() },
        Row("query") { client in _ = try await client.query("list_wallets", body: Data("{}".utf8)) },
        // Whatever it says: who submits a body of their own says themselves at which socket.
        Row("submit") { client in _ = try await client.submit("create_api_keys", body: Data("{}".utf8)) },
        Row("createWallet") { client in _ = try await client.createWallet(name: "w", accounts: []) },
        Row("signRawPayload") { client in
            _ = try await client.signRawPayload(
                signWith: "w",
                payload: "00",
                encoding: .hexadecimal,
                hashFunction: .none
            )
        },
        Row("activity") { client in _ = try await client.getActivity("a") },
    ]

    private func sockets(_ row: Row, _ socket: SessionSocket) async throws -> Set<String> {
        let frame = Frame()
        defer { frame.stop() }
        // Whatever it is answered is no answer to it: what counts is who stamped.
        let api = FakeAPI { _, _ in .init(status: 400, body: #"{"code":3,"message":"m","details":[]}"#) }
        let client = try Fixtures.makeTurnkey(api, socketDirectory: frame.directory).sessionClient(socket: socket)
        await #expect(throws: TurnkeyError.self) { try await row.call(client) }
        return Set(api.requests.compactMap { $0.headers["x-stamp"] })
    }

    @Test("what makes or ends credentials is stamped at the control socket", arguments: credentials)
    func control(_ row: Row) async throws {
        #expect(try await sockets(row, .stamp) == ["control"])
    }

    @Test("everything else is stamped at the stamp socket", arguments: others)
    func stamp(_ row: Row) async throws {
        #expect(try await sockets(row, .stamp) == ["stamp"])
    }

    @Test("and at the control socket where that is asked for", arguments: others)
    func chosen(_ row: Row) async throws {
        #expect(try await sockets(row, .control) == ["control"])
    }

    @Test("another organization's bodies are stamped at the same sockets")
    func organization() async throws {
        let frame = Frame()
        defer { frame.stop() }
        let api = FakeAPI { _, _ in .init(status: 400, body: #"{"code":3,"message":"m","details":[]}"#) }
        let client = try Fixtures.makeTurnkey(api, socketDirectory: frame.directory).sessionClient()
            .inOrganization("other")
        await #expect(throws: TurnkeyError.self) { try await client.deleteApiKeys(userId: "u", apiKeyIds: ["k"]) }
        #expect(api.requests.map { $0.headers["x-stamp"] } == ["control"])
    }

    @Test(
        "a payload that rules refuse is an error with the rule, the reason and when to try again, and nobody is asked",
        arguments: [("never", Fallback.never), ("retry", .retry), ("passkey", .never)]
    )
    func refused(_ said: String, _ fallback: Fallback) async throws {
        let refusal = Self.denied(said)
        let (atStamp, atControl) = (Frame(stamp: refusal), Frame(control: refusal))
        defer {
            atStamp.stop()
            atControl.stop()
        }
        let passkey = CountingPasskey()
        let api = FakeAPI { _, _ in .init(body: Fixtures.whoami) }
        let turnkey = try Fixtures.makeTurnkey(api, passkey: passkey, socketDirectory: atStamp.directory)
        let other = try Fixtures.makeTurnkey(api, passkey: passkey, socketDirectory: atControl.directory)
        let denial = PayloadDenial(
            id: "day",
            reason: .limit("day"),
            at: nil,
            retryAfterMilliseconds: 1500,
            fallback: fallback
        )
        let calls: [@Sendable () async throws -> Void] = [
            { _ = try await turnkey.getActiveClient() }, { _ = try await turnkey.sessionClient().getWhoami() },
            { _ = try await other.sessionClient().deleteApiKeys(userId: "u", apiKeyIds: ["k"]) },
        ]
        for call in calls {
            let error = await #expect(throws: TurnkeyError.self) { try await call() }
            guard case .frame(.payloadDenied(denial)) = error else {
                Issue.record("\(String(describing: error))")
                continue
            }
            #expect(error?.fallback == fallback)
            #expect(error?.message.contains(#""day""#) == true)
        }
        #expect(passkey.prompts.isEmpty)
    }

    @Test("the control socket stamps with the key that this process expects, and with no other")
    func replaced() async throws {
        let frame = Frame(key: Self.other)
        defer { frame.stop() }
        let api = FakeAPI { _, _ in .init(status: 400, body: #"{"code":3,"message":"m","details":[]}"#) }
        let turnkey = try Fixtures.makeTurnkey(api, socketDirectory: frame.directory)
        // What this process looked at last is what it goes on with, at either socket.
        _ = try await turnkey.frame.getSession()
        await #expect(throws: TurnkeyError.self) {
            try await turnkey.sessionClient().deleteApiKeys(userId: "u", apiKeyIds: ["k"])
        }
        #expect(api.requests.map { $0.headers["x-stamp"] } == ["control"])
        let replacing = Frame(key: Self.key)
        defer { replacing.stop() }
        let elsewhere = try Fixtures.makeTurnkey(api, socketDirectory: replacing.directory)
        _ = try await elsewhere.frame.getSession()
        replacing.stop()
        let restarted = FakeFrame(directory: replacing.directory, socket: "control.sock") { peer in
            while peer.readCall() != nil {
                peer.send(Self.error("PublicKeyMismatch", #"{"publicKey":"\#(Self.other)","fallback":"never"}"#))
            }
        }
        defer { restarted.stop() }
        await #expect(throws: TurnkeyError.self) {
            try await elsewhere.sessionClient().deleteApiKeys(userId: "u", apiKeyIds: ["k"])
        }
        #expect(api.requests.count == 1)
    }
}
