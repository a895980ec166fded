// SPDX-License-Identifier: Apache-2.0
import Foundation
import SoftwarePasskey
import StampClient
import TurnkeyClient

/// Shows the whole of it on real parts: a sandbox of the API, a frame, one approval, a session, stamps, the session's end.
///
/// Exits 0 only where each step did what it says.
@main
struct Demo {
    /// Seconds that the session key lives at the API; a client takes it for expired a few seconds early.
    private static let expirationSeconds = 9

    static func main() async {
        guard CommandLine.arguments.count == 1 else {
            Narrator.fail("takes no arguments: it shows a session from its approval to its end", code: EX_USAGE)
        }
        let stage: Stage
        do {
            stage = try await Stage.set()
        } catch {
            Narrator.fail("the stage could not be set: \(error)")
        }
        let interruptions = Interruptions(clearing: stage)
        defer { withExtendedLifetime(interruptions) { stage.clear() } }
        do {
            try await Demo(stage: stage).run()
        } catch {
            stage.clear()
            Narrator.fail("\(error)")
        }
    }

    private let stage: Stage
    private let passkey = SoftwarePasskey()

    private init(stage: Stage) { self.stage = stage }

    private func run() async throws {
        let target = try await showFrame()
        let turnkey = try await makeTurnkey()
        let events = try await stage.frame.monitor()
        let session = try await createSession(turnkey, for: target)
        try await useSession(turnkey)
        try await waitForEnd(of: session, events)
        try await fallBack(turnkey)
        Narrator.title("Done")
        Narrator.say("the passkey was asked \(passkey.promptCount) times: to register, for the session, after its end")
    }

    private func showFrame() async throws -> String {
        Narrator.step("A sandbox of Turnkey's API and a frame run, each a process of its own")
        Narrator.say("sandbox   \(stage.sandbox.baseUrl), organization \(stage.sandbox.organizationId)")
        let status = try await stage.frame.getStatus()
        Narrator.say("frame     stampd \(status.version) at \(stage.socketDirectory)")
        Narrator.step("The frame is initialised and shows its embedded public key")
        let key = try await stage.frame.initEmbeddedKey()
        try expect(key.publicKey.count == 130, "an uncompressed point")
        Narrator.say(key.publicKey)
        return key.publicKey
    }

    /// A client of the API whose passkey the root user's API key has registered.
    private func makeTurnkey() async throws -> Turnkey {
        Narrator.step("A passkey, made of software here, is registered for the user")
        let sandbox = stage.sandbox
        let configuration = try TurnkeyConfiguration(
            apiBaseUrl: APIBaseURL(sandbox.baseUrl),
            defaultOrganizationId: sandbox.organizationId,
            rpId: sandbox.rpId,
            socketDirectory: stage.socketDirectory,
            notarizerPublicKey: sandbox.notarizerPublicKey
        )
        let turnkey = Turnkey(configuration, passkey: passkey, stateDirectory: stage.socketDirectory + "/state")
        let root = turnkey.client(try APIKeyStamper(hexadecimal: sandbox.apiPrivateKey))
        let registration = try passkey.registration()
        let body = try CreateAuthenticators(sandbox, registration).body
        _ = try await root.submit("create_authenticators", body: body)
        Narrator.say("credential \(registration.authenticatorName) of \(sandbox.rpId)")
        return turnkey
    }

    private func createSession(_ turnkey: Turnkey, for target: String) async throws -> PasskeySession {
        Narrator.step("One approval of the passkey creates a session key at the API; its private half arrives sealed")
        let before = passkey.promptCount
        let session = try await turnkey.passkeyClient().createPasskeySession(
            userId: stage.sandbox.userId,
            targetPublicKey: target,
            expirationSeconds: Self.expirationSeconds
        )
        try expect(passkey.promptCount == before + 1, "one approval")
        Narrator.say("key       \(session.publicKey)")
        Narrator.say("bundle    \(session.credentialBundle.count) characters, sealed to the embedded key")
        Narrator.step("The bundle is injected: the frame alone can open it")
        let injected = try await stage.frame.injectCredentialBundle(
            session.credentialBundle,
            terms: SessionTerms(
                expirationSeconds: session.remainingSeconds(),
                organizationId: session.organizationId,
                userId: session.userId
            ),
            expectPublicKey: session.publicKey
        )
        Narrator.say("session   \(injected.name), ends in \(injected.expiresInMilliseconds / 1000) s")
        return session
    }

    private func useSession(_ turnkey: Turnkey) async throws {
        Narrator.step("Reads and writes are stamped by the frame, and nobody is asked")
        let before = passkey.promptCount
        guard case .session(let client) = try await turnkey.getActiveClient() else {
            throw DemoError.unexpected("the active client is not the session's")
        }
        let whoami = try await client.getWhoami()
        Narrator.say("whoami    \(whoami.username) (\(whoami.userId))")
        let answer = try await client.query("get_api_keys", body: JSONEncoder().encode(UserQuery(stage.sandbox)))
        Narrator.say("read      get_api_keys: \(answer.count) bytes")
        let key = NewAPIKey(apiKeyName: "Made by the demo", publicKey: try await stage.frame.createSessionKey())
        let ids = try await client.createApiKeys(userId: stage.sandbox.userId, apiKeys: [key])
        Narrator.say("write     create_api_keys: \(ids.joined(separator: ", "))")
        try expect(passkey.promptCount == before, "no approval")
        Narrator.say("stamped   \(try await stage.frame.getStatus().stamped) times by the frame")
    }

    private func waitForEnd(of session: PasskeySession, _ events: EventStream) async throws {
        Narrator.step("The session expires: the frame wipes the key and says so")
        for try await event in events where event.publicKey == session.publicKey {
            Narrator.say("event     \(event.kind.rawValue)")
            if event.kind == .sessionExpired { return }
        }
        throw DemoError.unexpected("the events ended before the session did")
    }

    private func fallBack(_ turnkey: Turnkey) async throws {
        Narrator.step("The active client is the passkey again")
        guard case .passkey(let client) = try await turnkey.getActiveClient() else {
            throw DemoError.unexpected("the active client is not the passkey's")
        }
        let whoami = try await client.api.getWhoami()
        Narrator.say("whoami    \(whoami.username), approved by the passkey")
    }

    private func expect(_ isTrue: Bool, _ what: String) throws {
        guard isTrue else { throw DemoError.unexpected("expected \(what)") }
    }
}

enum DemoError: Error, CustomStringConvertible {
    case unexpected(String)

    var description: String {
        switch self {
        case .unexpected(let what): what
        }
    }
}
