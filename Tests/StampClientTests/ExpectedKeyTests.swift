// SPDX-License-Identifier: Apache-2.0
import ClientLiterals
import FakeFrame
import StampClient
import Testing

@Suite("The key that a session is expected to stamp with", .timeLimit(.minutes(15)))
struct ExpectedKeyTests {
    static let key: PublicKey = "02\(String(repeating: "ab", count: 32))"
    static let session = #"{"name":"default","publicKey":"\#(key)","origin":"bundle","expiresInMilliseconds":9}"#

    /// Answers GetSession and InjectCredentialBundle with a session, and Stamp with the key it was told to expect.
    private static func answer(_ peer: Peer) {
        while let call = peer.readCall() {
            switch call.method {
            case "io.stampd.Stamper.Stamp" where call.payload == "expired":
                peer.send(
                    #"{"error":"io.stampd.Stamper.SessionExpired","parameters":{"session":"default","fallback":"passkey"}}"#
                )
            case "io.stampd.Stamper.Stamp":
                peer.sendStamp(call.parameters["expectPublicKey"] as? String ?? "none")
            case "io.stampd.Control.EndSession", "io.stampd.Control.ResetEmbeddedKey",
                "io.stampd.Control.DropSessionKey", "io.stampd.Stamper.ReportRejected":
                peer.send("{}")
            case "io.stampd.Stamper.GetSession" where call.parameters["session"] as? String == "mute":
                peer.send(#"{"error":"io.stampd.Stamper.NoSession","parameters":{"session":"default"}}"#)
            case "io.stampd.Stamper.ListSessions":
                peer.send(#"{"parameters":{"sessions":[\#(session.replacing("ab", with: "cd"))]}}"#)
            default:
                peer.send(#"{"parameters":{"session":\#(session)}}"#)
            }
        }
    }

    private func makeClient() -> (FakeFrame, ControlClient) {
        let frame = FakeFrame(socket: "control.sock", script: Self.answer)
        return (frame, ControlClient(FrameAddress(socketDirectory: frame.directory), deadline: .seconds(120)))
    }

    @Test("is not sent while nobody has seen it")
    func unknown() async throws {
        let (frame, client) = makeClient()
        defer { frame.stop() }
        #expect(try await client.stamp(payload: "p").stampHeaderValue == "none")
    }

    @Test(
        "is sent once the session was injected, activated or looked at",
        arguments: [
            { (client: ControlClient) async throws in _ = try await client.injectCredentialBundle("b") },
            { client in _ = try await client.activateSession(publicKey: key) },
            { client in _ = try await client.getSession() },
        ] as [@Sendable (ControlClient) async throws -> Void]
    )
    func remembered(_ learn: @Sendable (ControlClient) async throws -> Void) async throws {
        let (frame, client) = makeClient()
        defer { frame.stop() }
        try await learn(client)
        #expect(try await client.stamp(payload: "p").stampHeaderValue == Self.key.text)
        #expect(try await client.stamp(payload: "p", session: "default").stampHeaderValue == Self.key.text)
        #expect(try await client.stamp(payload: "p", session: "other").stampHeaderValue == "none")
        let other: PublicKey = "03\(Self.key.text.dropFirst(2))"
        #expect(try await client.stamp(payload: "p", expectPublicKey: other).stampHeaderValue == other.text)
    }

    @Test(
        "is forgotten when the session was ended, reset, rejected or has expired",
        arguments: [
            { (client: ControlClient) async throws in try await client.endSession() },
            { client in try await client.resetEmbeddedKey() },
            { client in try await client.reportRejected(publicKey: key) },
            { client in _ = try? await client.stamp(payload: "expired") },
        ] as [@Sendable (ControlClient) async throws -> Void]
    )
    func forgotten(_ end: @Sendable (ControlClient) async throws -> Void) async throws {
        let (frame, client) = makeClient()
        defer { frame.stop() }
        _ = try await client.getSession()
        try await end(client)
        #expect(try await client.stamp(payload: "p").stampHeaderValue == "none")
    }

    @Test(
        "is kept whatever is looked at or said of other keys and other sessions",
        arguments: [
            { (client: ControlClient) async throws in _ = try await client.listSessions() },
            { client in try await client.reportRejected(publicKey: "03\(key.text.dropFirst(2))") },
            { client in try await client.reportRejected(publicKey: key, session: "other") },
            { client in try await client.endSession("other") },
            { client in try await client.dropSessionKey(publicKey: key) },
            { client in _ = try? await client.stamp(payload: "expired", session: "other") },
            { client in _ = try? await client.getSession("mute") },
            { client in _ = try await client.look(at: nil) },
        ] as [@Sendable (ControlClient) async throws -> Void]
    )
    func kept(_ act: @Sendable (ControlClient) async throws -> Void) async throws {
        let (frame, client) = makeClient()
        defer { frame.stop() }
        _ = try await client.getSession()
        try await act(client)
        #expect(try await client.stamp(payload: "p").stampHeaderValue == Self.key.text)
    }
}
