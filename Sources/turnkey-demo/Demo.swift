// SPDX-License-Identifier: Apache-2.0
import Foundation
import ProcessArguments
import SoftwarePasskey
import StampClient
import TurnkeyClient

/// Shows the whole of it on real parts: a sandbox of the API, a frame, one approval, a session, stamps, a refresh, the
/// page's way with its bundle, a session's end, the fallback to the passkey, a logout.
///
/// Exits 0 only where each step did what it says.
@main
struct Demo {
    /// Seconds that the page's session key lives at the API; a client takes it for expired a few seconds early.
    private static let expirationSeconds = 9

    static func main() async {
        guard ProcessArguments.read()?.isEmpty == true else {
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
    private let turnkey: Turnkey

    private init(stage: Stage) throws {
        self.stage = stage
        let sandbox = stage.sandbox
        turnkey = Turnkey(
            try TurnkeyConfiguration(
                apiBaseUrl: APIBaseURL(sandbox.baseUrl),
                defaultOrganizationId: sandbox.organizationId,
                rpId: sandbox.rpId,
                socketDirectory: stage.socketDirectory,
                notarizerPublicKey: sandbox.notarizerPublicKey
            ),
            passkey: passkey,
            stateDirectory: stage.socketDirectory + "/state"
        )
    }

    private func run() async throws {
        try await showStage()
        try await registerPasskey()
        try await logIn()
        try await useSession()
        try await refresh()
        let events = try await turnkey.sessions.events()
        let session = try await createPasskeySession()
        try await listSessions()
        try await waitForEnd(of: session, events)
        try await fallBack()
        try await logOut()
        Narrator.title("Done")
        let why = "to register, to log in, for the page's session, after its end"
        Narrator.say("the passkey was asked \(passkey.promptCount) times: \(why)")
        try expect(passkey.promptCount == 4, "four approvals")
    }

    private func showStage() async throws {
        Narrator.step("A sandbox of Turnkey's API and a frame run, each a process of its own")
        Narrator.say("sandbox   \(stage.sandbox.baseUrl), organization \(stage.sandbox.organizationId)")
        let status = try await turnkey.frame.getStatus()
        Narrator.say("frame     stampd \(status.version) at \(stage.socketDirectory)")
    }

    private func registerPasskey() async throws {
        Narrator.step("A passkey, made of software here, is registered for the user")
        let root = turnkey.client(try APIKeyStamper(hexadecimal: stage.sandbox.apiPrivateKey))
        let user = PasskeyUser(userId: stage.sandbox.userId, userName: stage.sandbox.username)
        let made = NewAuthenticator(
            authenticatorName: "Passkey of the demo",
            attestation: try await turnkey.register(user)
        )
        let ids = try await root.createAuthenticators(userId: user.userId, authenticators: [made])
        Narrator.say("passkey   \(ids.joined(separator: ", ")) of \(stage.sandbox.rpId)")
    }

    private func logIn() async throws {
        Narrator.step("One approval logs in: the session's key is born in the frame, and never leaves it")
        let session = try await turnkey.passkeyClient().loginWithPasskey()
        Narrator.say("session   \(session.name), \(session.expiry.remainingSeconds) s")
        Narrator.say("key       \(session.publicKey)")
    }

    private func useSession() async throws {
        Narrator.step("Reads and writes are stamped by the frame, and nobody is asked")
        let before = passkey.promptCount
        guard case .session(let client) = try await turnkey.getActiveClient() else {
            throw DemoError.unexpected("the active client is not the session's")
        }
        let whoami = try await client.getWhoami()
        Narrator.say("whoami    \(whoami.username) (\(whoami.userId))")
        let users = try await client.getUsers()
        Narrator.say("read      list_users: \(users.map(\.userName).joined(separator: ", "))")
        let ids = try await client.createUsers([NewUser(userName: "grace")])
        Narrator.say("write     create_users: \(ids.joined(separator: ", "))")
        try expect(passkey.promptCount == before, "no approval")
    }

    private func refresh() async throws {
        Narrator.step("A refresh goes on with a new key, which the old one registers; nobody is asked")
        let before = passkey.promptCount
        let session = try await turnkey.sessions.refresh()
        try expect(passkey.promptCount == before, "no approval")
        Narrator.say("key       \(session.publicKey)")
    }

    /// As Turnkey's page "Create a user passkey session" has it.
    private func createPasskeySession() async throws -> PasskeySession {
        Narrator.step("The page's way, besides: a key that is made outside arrives in a sealed bundle")
        let before = passkey.promptCount
        let authIframeClient = try await turnkey.iframeClient(session: "page")
        let session = try await turnkey.passkeyClient().createPasskeySession(
            targetPublicKey: authIframeClient.iframePublicKey,
            expirationSeconds: Self.expirationSeconds,
            session: "page"
        )
        try expect(passkey.promptCount == before + 1, "one approval")
        Narrator.say("bundle    \(session.credentialBundle.count) characters, sealed to the frame's embedded key")
        try await authIframeClient.injectCredentialBundle(session)
        Narrator.say("whoami    \(try await authIframeClient.getWhoami().username)")
        return session
    }

    private func listSessions() async throws {
        Narrator.step("Both sessions, with what is left of them")
        for session in try await turnkey.sessions.list() {
            let name = session.name.padding(toLength: 9, withPad: " ", startingAt: 0)
            Narrator.say("\(name) \(session.expiresInMilliseconds / 1000) s, \(session.origin.rawValue)")
        }
    }

    private func waitForEnd(of session: PasskeySession, _ events: SessionEvents) async throws {
        Narrator.step("The page's session nears its end, and expires: the frame wipes the key and says so")
        for try await event in events {
            switch event {
            case .warning("page", session.publicKey, let left): Narrator.say("warning   \(left / 1000) s left")
            case .expired("page", session.publicKey): return Narrator.say("expired   \(session.publicKey)")
            default: continue
            }
        }
        throw DemoError.unexpected("the events ended before the session did")
    }

    private func fallBack() async throws {
        Narrator.step("Its active client is the passkey again; the other session lives")
        guard case .passkey(let client) = try await turnkey.getActiveClient(session: "page") else {
            throw DemoError.unexpected("the active client is not the passkey's")
        }
        Narrator.say("whoami    \(try await client.api.getWhoami().username), approved by the passkey")
        guard case .session = try await turnkey.getActiveClient() else {
            throw DemoError.unexpected("the session of the login has ended too")
        }
    }

    private func logOut() async throws {
        Narrator.step("A logout ends the session for everyone, and deletes its key at the API")
        guard case .deleted = try await turnkey.sessions.logout(revoking: true) else {
            throw DemoError.unexpected("the key was not deleted")
        }
        try await turnkey.sessions.purge()
        try expect(try await turnkey.sessions.list().isEmpty, "no session")
        Narrator.say("sessions  none")
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
