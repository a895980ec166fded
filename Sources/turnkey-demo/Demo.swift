// SPDX-License-Identifier: Apache-2.0
import Foundation
import ProcessArguments
import SoftwarePasskey
import StampClient
import TurnkeyClient

/// Runs the whole of it with real parts: a sandbox of the API, a frame, one approval, a session, stamps, a refresh, the
/// bundle of Turnkey's page, a session's end, the fallback to the passkey, a logout.
///
/// Exits 0 only if every step did what it says.
@main
struct Demo {
    /// Seconds that the page's session key lives at the API. A client counts it as expired a few seconds early.
    private static let expirationSeconds = 9

    static func main() async {
        guard ProcessArguments.read()?.isEmpty == true else {
            StepPrinter.fail("takes no arguments: it shows a session from its approval to its end", code: EX_USAGE)
        }
        let processes: DemoProcesses
        do {
            processes = try await DemoProcesses.set()
        } catch {
            StepPrinter.fail("the demo could not start: \(error)")
        }
        defer { processes.clear() }
        do {
            try Interruptions.clear(processes)
            try await Demo(processes: processes).run()
        } catch {
            processes.clear()
            StepPrinter.fail("\(error)")
        }
    }

    private let processes: DemoProcesses
    private let passkey = SoftwarePasskey()
    private let turnkey: Turnkey
    private let page: SessionName

    private init(processes: DemoProcesses) throws {
        self.processes = processes
        let sandbox = processes.sandbox
        page = try SessionName("page")
        turnkey = Turnkey(
            try TurnkeyConfiguration(
                apiBaseUrl: APIBaseURL(sandbox.baseUrl),
                defaultOrganizationId: sandbox.organizationId,
                rpId: sandbox.rpId,
                socketDirectory: processes.socketDirectory,
                notarizerPublicKey: sandbox.notarizerPublicKey
            ),
            passkey: passkey,
            stateDirectory: processes.socketDirectory + "/state"
        )
    }

    private func run() async throws {
        try await showProcesses()
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
        StepPrinter.title("Done")
        let why = "to register, to log in, for the page's session, after its end"
        StepPrinter.say("the passkey was asked \(passkey.promptCount) times: \(why)")
        try expect(passkey.promptCount == 4, "four approvals")
    }

    private func showProcesses() async throws {
        StepPrinter.step("A sandbox of Turnkey's API and a frame run, each a process of its own")
        StepPrinter.say("sandbox   \(processes.sandbox.baseUrl), organization \(processes.sandbox.organizationId)")
        let status = try await turnkey.frame.getStatus()
        StepPrinter.say("frame     stampd \(status.version) at \(processes.socketDirectory)")
    }

    private func registerPasskey() async throws {
        StepPrinter.step("A passkey, made of software here, is registered for the user")
        let root = turnkey.client(try APIKeyStamper(hexadecimal: processes.sandbox.apiPrivateKey))
        let user = PasskeyUser(userId: processes.sandbox.userId, userName: processes.sandbox.username)
        let made = NewAuthenticator(
            authenticatorName: "Passkey of the demo",
            attestation: try await turnkey.register(user)
        )
        let ids = try await root.createAuthenticators(userId: user.userId, authenticators: [made])
        StepPrinter.say("passkey   \(ids.joined(separator: ", ")) of \(processes.sandbox.rpId)")
    }

    private func logIn() async throws {
        StepPrinter.step("One approval logs in: the session's key is born in the frame, and never leaves it")
        let session = try await turnkey.passkeyClient().loginWithPasskey()
        StepPrinter.say("session   \(session.name), \(session.expiry.remainingSeconds) s")
        StepPrinter.say("key       \(session.publicKey)")
    }

    private func useSession() async throws {
        StepPrinter.step("The frame stamps reads and writes without asking the user")
        let before = passkey.promptCount
        guard case .session(let client) = try await turnkey.getActiveClient() else {
            throw DemoError.unexpected("the active client is not the session's")
        }
        let whoami = try await client.getWhoami()
        StepPrinter.say("whoami    \(whoami.username) (\(whoami.userId))")
        let users = try await client.getUsers()
        StepPrinter.say("read      list_users: \(users.map(\.userName).joined(separator: ", "))")
        let ids = try await client.createUsers([NewUser(userName: "grace")])
        StepPrinter.say("write     create_users: \(ids.joined(separator: ", "))")
        try expect(passkey.promptCount == before, "no approval")
    }

    private func refresh() async throws {
        StepPrinter.step("A refresh goes on with a new key, which the old key registers; the user is not asked")
        let before = passkey.promptCount
        let session = try await turnkey.sessions.refresh()
        try expect(passkey.promptCount == before, "no approval")
        StepPrinter.say("key       \(session.publicKey)")
    }

    /// Follows Turnkey's page "Create a user passkey session".
    private func createPasskeySession() async throws -> PasskeySession {
        StepPrinter.step("The page's way, besides: a key that is made outside arrives in a sealed bundle")
        let before = passkey.promptCount
        let authIframeClient = try await turnkey.iframeClient(session: page)
        let session = try await turnkey.passkeyClient().createPasskeySession(
            targetPublicKey: authIframeClient.iframePublicKey,
            expirationSeconds: Self.expirationSeconds,
            session: page
        )
        try expect(passkey.promptCount == before + 1, "one approval")
        StepPrinter.say("bundle    \(session.credentialBundle.count) characters, sealed to the frame's embedded key")
        try await authIframeClient.injectCredentialBundle(session)
        StepPrinter.say("whoami    \(try await authIframeClient.getWhoami().username)")
        return session
    }

    private func listSessions() async throws {
        StepPrinter.step("Both sessions, with their remaining life")
        for session in try await turnkey.sessions.list() {
            let name = session.name.text.padding(toLength: 9, withPad: " ", startingAt: 0)
            StepPrinter.say("\(name) \(session.expiresInMilliseconds / 1000) s, \(session.origin.rawValue)")
        }
    }

    private func waitForEnd(of session: PasskeySession, _ events: SessionEvents) async throws {
        StepPrinter.step("The page's session nears its end, and expires: the frame wipes the key and says so")
        for try await event in events {
            switch event {
            case .warning(page, session.publicKey, let left): StepPrinter.say("warning   \(left / 1000) s left")
            case .expired(page, session.publicKey): return StepPrinter.say("expired   \(session.publicKey)")
            default: continue
            }
        }
        throw DemoError.unexpected("the events ended before the session did")
    }

    private func fallBack() async throws {
        StepPrinter.step("Its active client is the passkey again; the other session lives")
        guard case .passkey(let client) = try await turnkey.getActiveClient(session: page) else {
            throw DemoError.unexpected("the active client is not the passkey's")
        }
        StepPrinter.say("whoami    \(try await client.api.getWhoami().username), approved by the passkey")
        guard case .session = try await turnkey.getActiveClient() else {
            throw DemoError.unexpected("the session of the login has ended too")
        }
    }

    private func logOut() async throws {
        StepPrinter.step("A logout ends the session for everyone, and deletes its key at the API")
        guard case .deleted = try await turnkey.sessions.logout(revoking: true) else {
            throw DemoError.unexpected("the key was not deleted")
        }
        try await turnkey.sessions.purge()
        try expect(try await turnkey.sessions.list().isEmpty, "no session")
        StepPrinter.say("sessions  none")
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
