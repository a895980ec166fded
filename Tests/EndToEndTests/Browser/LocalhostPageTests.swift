// SPDX-License-Identifier: Apache-2.0
import Foundation
import LoginPage
import StampClient
import Testing
import TurnkeyClient

/// Tests that need a browser: one after the other, since each is a heavy guest.
@Suite(
    "In a browser",
    .serialized,
    .browser,
    .timeLimit(.minutes(15))
)
struct BrowserTests {}

extension BrowserTests {
    @Suite("The page at localhost")
    struct LocalhostPageTests {
        @Test("a passkey is made, a session works, expires, falls back to the passkey, and starts again")
        func life() async throws {
            try await System.withStage { stage in
                try await Browser.with { browser in
                    try await browser.addAuthenticator()
                    let terminal = Terminal()
                    let turnkey = try stage.makeTurnkey(passkey: makePasskey(stage, terminal))
                    try await register(stage, turnkey, terminal, browser)

                    let events = try await stage.control.monitor()
                    try await login(stage, turnkey, terminal, browser, seconds: 2)
                    guard case .session(let session) = try await turnkey.getActiveClient() else {
                        Issue.record("the session does not stamp")
                        return
                    }
                    #expect(try await session.getWhoami().userId == stage.sandbox.ready.userId)
                    for try await event in events where event.kind == .sessionExpired { break }

                    guard case .passkey(let passkey) = try await turnkey.getActiveClient() else {
                        Issue.record("the passkey is not who stamps")
                        return
                    }
                    async let whoami = passkey.api.getWhoami()
                    try await browser.approve(at: terminal.takeURL())
                    #expect(try await whoami.userId == stage.sandbox.ready.userId)

                    try await login(stage, turnkey, terminal, browser, seconds: 900)
                    #expect(try await turnkey.sessionClient().getWhoami().userId == stage.sandbox.ready.userId)
                }
            }
        }

        @Test("an address works once, and nobody else's request is answered or ends the waiting")
        func strangers() async throws {
            try await Browser.with { browser in
                try await browser.addAuthenticator()
                let (url, registration, _) = try await startRegistration()
                let (port, path) = split(url)
                let own = "Host: localhost:\(port)"
                let get = "GET \(path) HTTP/1.1"
                #expect(try RawHTTP.exchange(port: port, [get, "Host: rebound.example:\(port)"]).status == 421)
                #expect(try RawHTTP.exchange(port: port, [get, "Host: 127.0.0.1:\(port)"]).status == 421)
                #expect(try RawHTTP.exchange(port: port, [get, own, own]).status == 400)
                #expect(try RawHTTP.exchange(port: port, ["GET \(url) HTTP/1.1", own]).status == 400)
                let wrong = "GET /\(String(path.dropFirst().reversed())) HTTP/1.1"
                #expect(try RawHTTP.exchange(port: port, [wrong, own]).status == 404)
                #expect(try RawHTTP.exchange(port: port, ["DELETE \(path) HTTP/1.1", own]).status == 405)

                try await browser.open(url)
                try await browser.waitForState("waiting")
                let again = try RawHTTP.exchange(port: port, [get, own])
                #expect(again.status == 410)
                #expect(again.text.contains("This page was opened before"))

                let secret = try await browser.evaluate("constants.secret") as? String ?? ""
                let answer = #"{"secret":"\#(secret)","declined":true}"#
                let json = "Content-Type: application/json"
                let post = "POST /answer HTTP/1.1"
                for head in [
                    [post, own, json], [post, own, json, "Origin: null"],
                    [post, own, json, "Origin: http://localhost"],
                    [post, own, json, "Origin: http://127.0.0.1:\(port)"],
                    [post, own, json, "Origin: http://localhost:\(port)", "Sec-Fetch-Site: same-site"],
                    [post, own, "Content-Type: text/plain", "Origin: http://localhost:\(port)"],
                ] {
                    #expect(try RawHTTP.exchange(port: port, head, body: answer).status == 403, "\(head)")
                }
                let guess = [post, own, json, "Origin: http://localhost:\(port)"]
                #expect(try RawHTTP.exchange(port: port, guess, body: #"{"secret":"","declined":true}"#).status == 403)
                let flood = String(repeating: " ", count: 1 << 17)
                #expect(try RawHTTP.exchange(port: port, guess, body: flood).status == 413)

                try await browser.click("#approve")
                try await browser.waitForState("approved")
                #expect(try await registration.value.transports == ["internal"])
                #expect(throws: POSIXError.self) { try RawHTTP.exchange(port: port, [get, own]) }
            }
        }

        @Test("another site cannot post to it, cannot frame it, and cannot come in under a name of its own")
        func otherSites() async throws {
            let site = try StaticSite(["/": "<!doctype html><title>Another site</title><body></body>"])
            defer { site.end() }
            try await Browser.with(["--host-resolver-rules=MAP rebound.example 127.0.0.1"]) { browser in
                try await browser.addAuthenticator()
                let (url, registration, _) = try await startRegistration()
                let (port, path) = split(url)
                try await browser.open("http://other.localhost:\(site.port)/")
                let post = "fetch(a[0], {method: 'POST', mode: 'no-cors', body: a[1]}).then(() => 'read', () => 'kept')"
                let declined = #"{"declined":true}"#
                let address = "http://localhost:\(port)/answer"
                #expect(try await browser.evaluate(post, [address, declined]) as? String == "kept")
                let readable = "fetch(a[0]).then(r => r.text())"
                await #expect(throws: Browser.Refusal.self) {
                    _ = try await browser.evaluate(readable, [address])
                }
                let form = """
                    document.body.append(Object.assign(document.createElement("form"), {method: "post", action: a[0]})),
                    document.forms[0].submit()
                    """
                _ = try await browser.evaluate(form, [address])
                try await browser.waitForHeading("Refused")
                try await browser.open("http://rebound.example:\(port)\(path)")
                #expect(try await browser.text("h1") == "Refused")

                try await browser.approve(at: url)
                _ = try await registration.value
            }
        }

        @Test("framed by another site it shows nothing and signs nothing")
        func framed() async throws {
            try await Browser.with { browser in
                try await browser.addAuthenticator()
                let (url, registration, _) = try await startRegistration()
                let site = try StaticSite(["/": "<!doctype html><body><iframe src='\(url)'></iframe></body>"])
                defer { site.end() }
                try await browser.open("http://other.localhost:\(site.port)/")
                try await browser.enterFrame()
                #expect(try await browser.pageState == "")
                #expect(try await browser.text("#approve") == "")
                registration.cancel()
                await #expect(throws: LoginPageError.cancelled) { try await registration.value }
            }
        }

        @Test("it is opened by a file of this user's own, and the token is in no command line")
        func opening() async throws {
            try await System.withDirectory { directory in
                // It stands for xdg-open and the browser that it starts: both keep their argument.
                let program = directory.path(of: "xdg-open")
                try Data("#!/bin/sh\necho \"$1\" > \(directory.path).txt\nsleep 3\n:\n".utf8)
                    .write(to: URL(filePath: program))
                chmod(program, 0o700)
                defer { try? FileManager.default.removeItem(atPath: directory.path + ".txt") }
                let environment = [
                    "PATH": "\(directory.path):/usr/bin:/bin", "XDG_RUNTIME_DIR": directory.path,
                ]
                try await Browser.with { browser in
                    try await browser.addAuthenticator()
                    let (url, registration, _) = try await startRegistration(.browser, environment)
                    let file = try await System.poll("the opened file") {
                        let text = try? String(contentsOfFile: directory.path + ".txt", encoding: .utf8)
                        return text?.split(separator: "\n").first.map(String.init)
                    }
                    #expect(file.hasPrefix(directory.path))
                    #expect(fileStatus(file).map { $0.st_mode & 0o777 } == 0o600)
                    let token = String(split(url).path.dropFirst())
                    let commandLines = System.commandLines
                    #expect(commandLines.contains { $0.contains(file) })
                    #expect(!commandLines.contains { $0.contains(token) })
                    try await browser.open("file://\(file)")
                    try await browser.waitForState("waiting")
                    try await browser.click("#approve")
                    _ = try await registration.value
                    #expect(fileStatus(file) == nil)
                }
            }
        }

        @Test("a browser without getTransports makes a passkey all the same, and a name cannot command what is shown")
        func withoutTransports() async throws {
            try await Browser.with { browser in
                try await browser.addAuthenticator()
                let user = PasskeyUser(userId: "user-1", userName: "ada\u{202E}\u{1B}\n\u{200B}x")
                let (url, registration, _) = try await startRegistration(of: user)
                try await browser.open(url)
                try await browser.waitForState("waiting")
                #expect(try await browser.text("dl").contains(#"ada\u{202E}\u{1B}\u{A}\u{200B}x"#))
                _ = try await browser.evaluate("delete AuthenticatorAttestationResponse.prototype.getTransports")
                try await browser.click("#approve")
                try await browser.waitForState("approved")
                #expect(try await registration.value.transports == [])
            }
        }

        @Test("the page reads what it shows as strictly as the terminal does, and computes the code from the key")
        func strict() async throws {
            let key = "036b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296"
            func activity(_ parameters: String, _ type: String = "STAMP_LOGIN") -> String {
                #"{"type":"ACTIVITY_TYPE_\#(type)","timestampMs":"1","organizationId":"o","parameters":\#(parameters)}"#
                    .replacing("@KEY", with: key)
            }
            let unclear = [
                activity(#"{"publicKey":"@KEY","publicKey":"@KEY"}"#),
                activity(#"{"publicKey":"@KEY","public\u004bey":"@KEY"}"#),
                activity(#"{"publicKey":"@KEY","apiKeys":[]}"#),
                activity(#"{"publicKey":"@KEY","apiKeys":[]}"#, "OTHER"),
                activity(#"{"public_key":"@KEY"}"#, "OTHER"), activity(#"{"public\u212aey":"@KEY"}"#, "OTHER"),
                activity(#"{"publicKey":"@KEY","also":1}"#), activity("{}"), activity(#"{"publicKey":7}"#), "[]",
                "{} {}",
                #"{"organizationId":"o","organizationId":"p"}"#, #"{"type":"x"}"#, #"{"parameters":{}}"#,
            ]
            let clear = [
                activity(#"{"publicKey":"@KEY","expirationSeconds":"900"}"#), #"{"organizationId":"o:{\""}"#, "{}",
            ]
            let named = activity(
                #"{"userId":"u","apiKeys":[{"apiKeyName":"Session Key 1 for AAAA-AAAA-AAAA-AAAA-AAAA","publicKey":"@KEY","#
                    + #""curveType":"API_KEY_CURVE_P256","expirationSeconds":"9"}]}"#,
                "CREATE_API_KEYS_V2"
            )
            for body in unclear { #expect(throws: UnclearRequest.self) { try RequestSummary(Data(body.utf8)) } }
            try await Browser.with { browser in
                let (url, registration, _) = try await startRegistration()
                try await browser.open(url)
                try await browser.waitForState("waiting")
                let look =
                    "(() => { try { readRequest(utf8(a[0])); return 'read'; } catch (error) { return error.state; } })()"
                for body in unclear {
                    #expect(try await browser.evaluate(look, [body]) as? String == "failed", "\(body)")
                }
                for body in clear { #expect(try await browser.evaluate(look, [body]) as? String == "read", "\(body)") }
                let code =
                    try await browser.evaluate("describe(utf8(a[0])).then((shown) => shown.code)", [named]) as? String
                #expect(code == KeyFingerprint(publicKey: key)?.text)
                let hostile = "x\u{1B}\u{202E}\u{9B}\u{E0041}\u{200B}\u{2028}é"
                let spelled = try await browser.evaluate("printable(a[0])", [hostile]) as? String
                #expect(spelled == #"x\u{1B}\u{202E}\u{9B}\u{E0041}\u{200B}\u{2028}é"#)
                let json = try await browser.evaluate("printableJSON(JSON.stringify(a[0]))", [hostile]) as? String ?? ""
                #expect(try JSONDecoder().decode(String.self, from: Data(json.utf8)) == hostile)
                #expect(!json.contains("\u{202E}") && !json.contains("\u{E0041}"))
                registration.cancel()
            }
        }

        @Test("whoever declines, or waits too long, gets an error that says so")
        func endings() async throws {
            try await Browser.with { browser in
                try await browser.addAuthenticator()
                let (url, declined, _) = try await startRegistration()
                try await browser.open(url)
                try await browser.waitForState("waiting")
                try await browser.click("#decline")
                await #expect(throws: LoginPageError.declined) { try await declined.value }

                let passkey = LocalhostPasskey(
                    api: try APIBaseURL("http://127.0.0.1"),
                    opener: Terminal().opener,
                    timeout: .milliseconds(50)
                )
                let user = PasskeyUser(userId: "u", userName: "ada")
                await #expect(throws: LoginPageError.timedOut(after: .milliseconds(50))) {
                    try await passkey.registration(of: user, rpId: "localhost")
                }
                let (late, asked, _) = try await startAssertion(of: #"{"organizationId":"o"}"#)
                try await browser.approve(at: late)
                try await browser.waitForState("no-passkey")
                #expect(try await browser.text("#approve") == "Try again")
                asked.cancel()
                await #expect(throws: LoginPageError.cancelled) { try await asked.value }
            }
        }
    }
}
