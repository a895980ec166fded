// SPDX-License-Identifier: Apache-2.0
import Foundation
import LoginPage
import TurnkeyClient

/// A frame, a sandbox, a site that hosts the login page, and a browser whose user has a passkey of that site.
struct HostedStage {
    private static let rpId = "login.localhost"

    let system: System.Stage
    let turnkey: Turnkey
    let site: StaticSite
    let browser: Browser
    let terminal = Terminal()

    var ready: System.Sandbox.Ready { system.sandbox.ready }
    var origin: String { "http://\(Self.rpId):\(site.port)" }
    var url: String { "\(origin)/login.html" }

    /// Runs `body` with all of it. `isPublic`: the browser takes site and API for addresses on the internet.
    static func with(
        _ options: [String] = [],
        isPublic: Bool = false,
        offersPaste: Bool = true,
        _ body: (HostedStage) async throws -> Void
    ) async throws {
        let site = try StaticSite([:])
        defer { site.end() }
        let party = ["--rp-id", rpId, "--origin", "http://\(rpId):\(site.port)"]
        try await System.withStage(sandbox: party + options) { system in
            let ready = system.sandbox.ready
            site.put(try makePage(ready, offersPaste: offersPaste), at: "/login.html")
            let apiPort = URLComponents(string: ready.baseUrl)?.port ?? 0
            let spaces = [site.port, apiPort].map { "127.0.0.1:\($0)=public" }.joined(separator: ",")
            try await Browser.with(isPublic ? ["--ip-address-space-overrides=\(spaces)"] : []) { browser in
                try await browser.addAuthenticator()
                let turnkey = try system.makeTurnkey()
                let stage = HostedStage(system: system, turnkey: turnkey, site: site, browser: browser)
                try await stage.registerPasskey()
                try await body(stage)
            }
        }
    }

    /// What the command line asks for.
    func request(_ publicKey: String, userId: String? = nil) -> LoginRequest {
        LoginRequest(organizationId: ready.organizationId, userId: userId, publicKey: publicKey)
    }

    /// Asks in the background, as a command line that waits.
    func ask<Answer: Sendable>(_ ask: @escaping @Sendable (SitePage) async throws -> Answer) -> Task<Answer, any Error>
    {
        let (url, opener) = (url, terminal.opener)
        return Task { try await ask(SitePage(url: url, opener: opener)) }
    }

    /// Opens the address that the command line announced.
    func open() async throws {
        try await browser.open(terminal.takeURL())
        try await browser.waitForState("waiting")
    }

    /// Presses the main button, and waits until the answer is with the command line.
    func handOver() async throws {
        try await browser.click("#approve")
        try await browser.waitForHeading("Handed over")
    }

    /// The page as the site hosts it: the file with the site's constants.
    private static func makePage(_ ready: System.Sandbox.Ready, offersPaste: Bool) throws -> String {
        let file = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: "Sources/LoginPage/Page/passkey.html")
        let page = try String(contentsOf: file, encoding: .utf8)
        let constants: [String: Any] = [
            "mode": "site", "apiBaseUrl": ready.baseUrl, "rpId": rpId,
            "organizations": [["id": ready.organizationId, "name": "Hosted Ltd"]],
            "maximumExpirationSeconds": 3600, "offersPaste": offersPaste,
        ]
        let json = String(decoding: try JSONSerialization.data(withJSONObject: constants), as: UTF8.self)
        return page.replacing(/(?s)(id="constants">).*?(<\/script>)/, maxReplacements: 1) { "\($0.1)\(json)\($0.2)" }
    }

    /// Makes the user's passkey, on a page of the site's own.
    private func registerPasskey() async throws {
        site.put("<!doctype html><title>Home</title><body></body>", at: "/")
        try await browser.open("\(origin)/")
        let script = """
            (async () => {
              const spell = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer)));
              const made = await navigator.credentials.create({publicKey: {challenge: new Uint8Array(32),
                rp: {id: a[0], name: "Hosted"}, user: {id: new TextEncoder().encode(a[1]), name: "u", displayName: "u"},
                pubKeyCredParams: [{type: "public-key", alg: -7}],
                authenticatorSelection: {residentKey: "required", userVerification: "required"}}});
              return [made.rawId, made.response.clientDataJSON, made.response.attestationObject].map(spell);
            })()
            """
        let made = try await browser.evaluate(script, [Self.rpId, ready.userId]) as? [String] ?? []
        let parts = made.compactMap { Data(base64Encoded: $0) }
        guard parts.count == 3 else { throw WaitTimedOut(what: "a passkey") }
        let attestation = PasskeyAttestation(
            credentialId: parts[0],
            clientDataJson: parts[1],
            attestationObject: parts[2],
            challenge: Data(repeating: 0, count: 32),
            transports: ["internal"]
        )
        try await system.registerAuthenticator(attestation, turnkey)
    }
}

/// A stamp that somebody made already, for the body that it was made for.
struct ReadyStamp: Stamper {
    let body: Data
    let header: StampHeader

    func stamp(_ body: Data) async throws(TurnkeyError) -> StampHeader {
        guard body == self.body else { throw .passkey(LoginPageError.invalidAnswer(.body)) }
        return header
    }
}
