// SPDX-License-Identifier: Apache-2.0
import Foundation
import LoginPage
import StampClient
import Testing
import TurnkeyClient

extension BrowserTests.LocalhostPageTests {
    func makePasskey(_ stage: System.Stage, _ terminal: Terminal) throws -> LocalhostPasskey {
        LocalhostPasskey(api: try APIBaseURL(stage.sandbox.ready.baseUrl), opener: terminal.opener)
    }

    /// Has the browser make a passkey, and makes it known to the API.
    func register(
        _ stage: System.Stage,
        _ turnkey: Turnkey,
        _ terminal: Terminal,
        _ browser: Browser
    ) async throws {
        let ready = stage.sandbox.ready
        let passkey = try makePasskey(stage, terminal)
        async let made = passkey.registration(
            of: PasskeyUser(userId: ready.userId, userName: ready.username),
            rpId: ready.rpId
        )
        try await browser.approve(at: terminal.takeURL())
        try await browser.waitForState("approved")
        try await stage.registerAuthenticator(try await made, turnkey)
    }

    /// One approval, and the session is in the frame.
    func login(
        _ stage: System.Stage,
        _ turnkey: Turnkey,
        _ terminal: Terminal,
        _ browser: Browser,
        seconds: Int
    ) async throws {
        let target = try await stage.control.initEmbeddedKey().publicKey
        let passkey = try turnkey.passkeyClient()
        let userId = stage.sandbox.ready.userId
        async let asked = passkey.createPasskeySession(
            userId: userId,
            targetPublicKey: target,
            expirationSeconds: 900
        )
        let url = try await terminal.takeURL()
        try await browser.open(url)
        try await browser.waitForState("waiting")
        let shown = try await browser.text("dl")
        try await browser.click("#approve")
        let session = try await asked
        #expect(shown.contains("15 minutes") && shown.contains(stage.sandbox.ready.organizationId))
        #expect(shown.contains(try #require(KeyFingerprint(publicKey: session.publicKey.text)).text))
        _ = try await stage.control.injectCredentialBundle(
            session.credentialBundle,
            terms: SessionTerms(expirationSeconds: seconds, userId: session.userId),
            expectPublicKey: session.publicKey
        )
    }

    typealias Asked<Answer: Sendable> = (url: String, answer: Task<Answer, any Error>, terminal: Terminal)

    func startRegistration(
        _ way: PageOpener.Way = .printing,
        _ environment: [String: String] = [:],
        of user: PasskeyUser = PasskeyUser(userId: "user-1", userName: "ada")
    ) async throws -> Asked<PasskeyAttestation> {
        try await start(way, environment) { try await $0.registration(of: user, rpId: "localhost") }
    }

    func startAssertion(of body: String) async throws -> Asked<PasskeyAssertion> {
        try await start(.printing, [:]) { try await $0.assertion(approving: Data(body.utf8), rpId: "localhost") }
    }

    private func start<Answer: Sendable>(
        _ way: PageOpener.Way,
        _ environment: [String: String],
        _ ask: @escaping @Sendable (LocalhostPasskey) async throws -> Answer
    ) async throws -> Asked<Answer> {
        let terminal = Terminal()
        let opener = terminal.opener(way, environment: environment)
        let passkey = LocalhostPasskey(api: try APIBaseURL("http://127.0.0.1"), opener: opener)
        let answer = Task { try await ask(passkey) }
        return (try await terminal.takeURL(), answer, terminal)
    }

    /// The port and the path of a page's address.
    func split(_ url: String) -> (port: Int, path: String) {
        let parts = URLComponents(string: url)
        return (parts?.port ?? 0, parts?.path ?? "")
    }
}
