// SPDX-License-Identifier: Apache-2.0
import Foundation
import LoginPage
import StampClient
import Testing
import TurnkeyClient

extension BrowserTests {
    @Suite("The page that a site hosts")
    struct SitePageTests {
        @Test("its bundle opens in the frame, and the session stamps", arguments: [SiteFlow.knownUser, .unknownUser])
        func bundle(_ flow: SiteFlow) async throws {
            try await HostedStage.with(["--pending-polls", flow == .knownUser ? "1" : "0"]) { stage in
                let target = try await stage.system.control.initEmbeddedKey().publicKey
                let userId = flow == .knownUser ? stage.ready.userId : nil
                let asked = stage.ask { [request = stage.request(target, userId: userId)] in
                    try await $0.bundle(for: request)
                }
                let fingerprint = try #require(KeyFingerprint(publicKey: target)).text
                try await stage.open()
                #expect(stage.terminal.fingerprint == fingerprint)
                if flow == .unknownUser {
                    #expect(try await stage.browser.text("h1") == "Sign in")
                    try await stage.browser.click("#approve")
                    try await stage.browser.waitForHeading("Start a session")
                    #expect(try await stage.browser.text("#status").contains(stage.ready.username))
                }
                let shown = try await stage.browser.text("dl")
                for fact in ["Hosted Ltd", stage.ready.organizationId, stage.ready.userId, "15 minutes", fingerprint] {
                    #expect(shown.contains(fact))
                }
                try await stage.handOver()
                let bundle = try await asked.value
                #expect(bundle.userId == stage.ready.userId && bundle.expirationSeconds == 900)
                let address = try await stage.browser.evaluate("location.href + document.referrer") as? String
                #expect(address?.contains(bundle.credentialBundle) == false)
                _ = try await stage.system.control.injectCredentialBundle(
                    bundle.credentialBundle,
                    terms: SessionTerms(expirationSeconds: 890, userId: bundle.userId),
                    expectPublicKey: PublicKey(bundle.publicKey)
                )
                #expect(try await stage.turnkey.sessionClient().getWhoami().userId == stage.ready.userId)
            }
        }

        @Test("its stamp_login comes back signed and unsubmitted, and starts the session of a key born in the frame")
        func stampLogin() async throws {
            try await HostedStage.with { stage in
                let key = try await stage.system.control.createSessionKey()
                let asked = stage.ask { [request = stage.request(key.text)] in
                    try await $0.signedStampLogin(for: request)
                }
                try await stage.open()
                #expect(
                    try await stage.browser.text("dl").contains(try #require(KeyFingerprint(publicKey: key.text)).text)
                )
                try await stage.handOver()
                let signed = try await asked.value
                _ = try await stage.system.control.activateSession(
                    publicKey: key,
                    terms: SessionTerms(expirationSeconds: 60)
                )
                let error = await #expect(throws: TurnkeyError.self) {
                    try await stage.turnkey.sessionClient().getWhoami()
                }
                guard case .unknownKey(_, let refusal) = error else {
                    Issue.record("\(String(describing: error))")
                    return
                }
                #expect(refusal.kind == .publicKeyNotFound)
                let submitter = stage.turnkey.client(ReadyStamp(body: signed.body, header: signed.stamp))
                _ = try await submitter.submit("stamp_login", body: signed.body)
                let root = try stage.system.makeRoot(stage.turnkey)
                let query = try JSONEncoder().encode([
                    "organizationId": stage.ready.organizationId, "userId": stage.ready.userId,
                ])
                #expect(
                    String(decoding: try await root.query("get_api_keys", body: query), as: UTF8.self).contains(
                        key.text
                    )
                )
            }
        }

        @Test("hosted in the public address space, it still hands over to this machine")
        func publicAddressSpace() async throws {
            try await HostedStage.with(isPublic: true) { stage in
                // The browser keeps this page's scripts off this machine: only a form post arrives.
                let local = try StaticSite(["/": ""])
                defer { local.end() }
                let fetch = "fetch(a[0], {mode: 'no-cors'}).then(() => 'reached', () => 'kept')"
                let address = "http://127.0.0.1:\(local.port)/"
                #expect(try await stage.browser.evaluate(fetch, [address]) as? String == "kept")
                let key = try await stage.system.control.createSessionKey()
                let asked = stage.ask { [request = stage.request(key.text)] in
                    try await $0.signedStampLogin(for: request)
                }
                try await stage.open()
                try await stage.handOver()
                #expect(try await asked.value.text.contains(#""expirationSeconds":"900""#))
            }
        }

        @Test("its code can be pasted where the site allows it, and belongs to one question")
        func paste() async throws {
            try await HostedStage.with { stage in
                let key = try await stage.system.control.createSessionKey()
                let code = AsyncStream.makeStream(of: String.self)
                let page = try SitePage(url: stage.url, opener: stage.terminal.opener) {
                    await code.stream.first { _ in true } ?? ""
                }
                let asked = Task { [request = stage.request(key.text)] in try await page.signedStampLogin(for: request)
                }
                let url = try await stage.terminal.takeURL()
                #expect(!url.contains("port="))
                try await stage.browser.open(url)
                try await stage.browser.waitForState("waiting")
                try await stage.browser.click("#approve")
                try await stage.browser.waitForState("approved")
                let shown = try await stage.browser.evaluate("document.querySelector('#code').value") as? String ?? ""
                code.continuation.yield(shown)
                #expect(try await asked.value.text.contains(#""expirationSeconds":"900""#))

                let other = try SitePage(url: stage.url, opener: stage.terminal.opener) { shown }
                await #expect(throws: LoginPageError.invalidAnswer(.state)) {
                    try await other.signedStampLogin(for: stage.request(key.text))
                }
            }
        }

        @Test("a link that was changed is refused before anybody is asked")
        func tampered() async throws {
            try await HostedStage.with(offersPaste: false) { stage in
                let key = Credential().publicKey
                let state = String(repeating: "A", count: 43)
                let organization = "organization=\(stage.ready.organizationId)"
                let good = [
                    "mode=stamp-login", "key=\(key)", "state=\(state)", "seconds=900", organization, "port=40000",
                ]
                func replacing(_ index: Int, _ text: String?) -> [String] {
                    good.enumerated().compactMap { $0.offset == index ? text : $0.element }
                }
                try await stage.browser.open("\(stage.url)?n=0#\(good.joined(separator: "&"))")
                try await stage.browser.waitForState("waiting")
                let bad = [
                    replacing(5, "port=80"), replacing(5, "port=65536"), replacing(5, "port=040000"), replacing(5, nil),
                    replacing(5, "port=http://evil.example"), replacing(5, "port=40000@evil.example"),
                    replacing(5, "port=4e4"), replacing(5, "paste=1"), good + ["paste=1"], good + ["port=40001"],
                    replacing(3, "seconds=3601"), replacing(3, "seconds=0"), replacing(3, "seconds=-1"),
                    replacing(3, nil), replacing(4, "organization=\(UUID().uuidString.lowercased())"),
                    replacing(0, "mode=bundle"), replacing(0, "mode=constructor"), replacing(1, "key=04"),
                    replacing(2, "state=short"), good + ["apiBaseUrl=https://evil.example"], [],
                ]
                for (number, fields) in bad.enumerated() {
                    try await stage.browser.open("\(stage.url)?n=\(number + 1)#\(fields.joined(separator: "&"))")
                    let state = try await stage.browser.waitForState("bad-link", "waiting")
                    #expect(state == "bad-link", "\(fields)")
                }
            }
        }

        @Test("in a frame it refuses to run, whoever frames it")
        func framed() async throws {
            try await HostedStage.with { stage in
                stage.site.put("<!doctype html><body><iframe src='/login.html'></iframe></body>", at: "/frame")
                for host in ["login.localhost", "other.localhost"] {
                    try await stage.browser.open("http://\(host):\(stage.site.port)/frame")
                    try await stage.browser.enterFrame()
                    try await stage.browser.waitForState("framed")
                    #expect(try await stage.browser.text("#approve") == "")
                }
            }
        }

        @Test("what arrives from elsewhere, or for another question, is refused, and the waiting goes on")
        func callback() async throws {
            try await HostedStage.with { stage in
                let key = try await stage.system.control.createSessionKey()
                let asked = stage.ask { [request = stage.request(key.text)] in
                    try await $0.signedStampLogin(for: request)
                }
                let url = try await stage.terminal.takeURL()
                let port = url.firstMatch(of: /port=(\d+)/).flatMap { Int($0.1) } ?? 0
                let post = "POST /callback HTTP/1.1"
                let own = "Host: 127.0.0.1:\(port)"
                let origin = "Origin: \(stage.origin)"
                let form = "Content-Type: application/x-www-form-urlencoded"
                let cases: [([String], Int)] = [
                    ([post, own, own, origin, form], 400),
                    (["POST http://127.0.0.1:\(port)/callback HTTP/1.1", own, origin, form], 400),
                    ([post, "Host: localhost:\(port)", origin, form], 421),
                    ([post, "Host: rebound.example:\(port)", origin, form], 421),
                    (["GET /callback HTTP/1.1", own, origin, form], 405),
                    (["POST /other HTTP/1.1", own, origin, form], 404),
                    ([post, own, form], 403), ([post, own, "Origin: null", form], 403),
                    ([post, own, "Origin: https://evil.example", form], 403),
                    ([post, own, origin, "Content-Type: text/plain"], 403),
                    ([post, own, origin, form], 403),
                ]
                for (head, status) in cases {
                    let body = "state=\(String(repeating: "A", count: 43))&body=%7B%7D&stamp=%7B%7D"
                    #expect(try RawHTTP.exchange(port: port, head, body: body).status == status, "\(head)")
                }
                try await stage.browser.open(url)
                try await stage.browser.waitForState("waiting")
                try await stage.handOver()
                #expect(try await asked.value.text.contains(#""expirationSeconds":"900""#))
            }
        }

        @Test("its HPKE is RFC 9180's, by the published vector")
        func vector() async throws {
            let file = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
                .deletingLastPathComponent().appending(path: "Fixtures/rfc9180.json")
            let json = try JSONSerialization.jsonObject(with: Data(contentsOf: file)) as? [String: Any] ?? [:]
            let names = ["skRm", "pkRm", "enc", "info", "key", "base_nonce"]
            let values = try names.map { try #require(json[$0] as? String) }
            let first = try #require((json["encryptions"] as? [[String: String]])?.first)
            try await HostedStage.with { stage in
                try await stage.browser.open(stage.url)
                try await stage.browser.waitForState("bad-link")
                // The receiver's private key and the sender's public one give the same Diffie-Hellman value.
                let script = """
                    (async () => {
                      const jwk = {kty: "EC", crv: "P-256", d: toBase64url(fromHex(a[0])),
                        x: toBase64url(fromHex(a[1]).slice(1, 33)), y: toBase64url(fromHex(a[1]).slice(33))};
                      const own = await crypto.subtle.importKey("jwk", jwk, curve, false, ["deriveBits"]);
                      const other = await crypto.subtle.importKey("raw", fromHex(a[2]), curve, false, []);
                      const dh = new Uint8Array(await crypto.subtle.deriveBits({name: "ECDH", public: other}, own, 256));
                      const keys = await keySchedule(dh, fromHex(a[2]), fromHex(a[1]), fromHex(a[3]));
                      return [toHex(keys.key), toHex(keys.nonce), toHex(await encrypt(keys, fromHex(a[4]), fromHex(a[5])))];
                    })()
                    """
                let plaintext = [first["aad"] ?? "", first["pt"] ?? ""]
                let answer = try await stage.browser.evaluate(script, values.prefix(4) + plaintext) as? [String]
                #expect(answer == [values[4], values[5], first["ct"] ?? ""])
            }
        }
    }
}

/// Whether the command line knows whose session it will be.
enum SiteFlow: Sendable {
    case knownUser
    case unknownUser
}

extension StampedLogin {
    /// The body that was stamped.
    fileprivate var text: String { String(decoding: body, as: UTF8.self) }
}
