// SPDX-License-Identifier: Apache-2.0
import Foundation

/// A headless Chromium of a test's own, driven by WebDriver (W3C WebDriver, and WebAuthn Level 3 §11).
final class Browser {
    struct Refusal: Error {
        let message: String
    }

    private static let elementKey = "element-6066-11e4-a52e-4f735466cecf"

    private let driver: ChildProcess
    private let port: Int
    private var session = ""

    /// Whether this machine has what it takes; `make deps` installs it.
    static let isAvailable = ["chromium", "chromedriver"].allSatisfy { name in
        ["/usr/bin", "/usr/local/bin"].contains { FileManager.default.isExecutableFile(atPath: "\($0)/\(name)") }
    }

    /// Runs `body` with a browser that knows nobody, and ends it with all that it started.
    static func with(_ arguments: [String] = [], _ body: (Browser) async throws -> Void) async throws {
        try await System.withDirectory { directory in
            let browser = try start()
            defer { browser.end() }
            try await browser.begin(arguments + ["--user-data-dir=\(directory.path(of: "profile"))"])
            try await body(browser)
        }
    }

    private init(_ driver: ChildProcess, port: Int) {
        self.driver = driver
        self.port = port
    }

    /// Starts a driver on a port of its own choice. It leaves when that is taken at one of the two loopback addresses.
    private static func start() throws -> Browser {
        for _ in 0..<10 {
            // A session of its own: chromedriver killed alone leaves Chromium running.
            let driver = try ChildProcess(["setsid", "chromedriver", "--port=0"])
            do {
                try driver.output.wait("a driver that listens") { $0.contains(/on port \d+\.\s/) || $0.contains("Exiting") }
            } catch {
                kill(-driver.pid, SIGKILL)
                throw error
            }
            let port = driver.output.text.firstMatch(of: /successfully on port (\d+)/).flatMap { Int($0.1) }
            if let port { return Browser(driver, port: port) }
            driver.end()
        }
        throw WaitTimedOut(what: "a port for the driver")
    }

    private func begin(_ arguments: [String]) async throws {
        let always = ["--headless=new", "--disable-dev-shm-usage", "--no-first-run", "--window-size=900,800"]
        let options: [String: Any] = [
            "binary": "/usr/bin/chromium",
            "args": always + arguments + (geteuid() == 0 ? ["--no-sandbox"] : []),
        ]
        let wanted: [String: Any] = [
            "browserName": "chrome", "webauthn:virtualAuthenticators": true, "goog:chromeOptions": options,
        ]
        let answer = try await call("POST", "/session", ["capabilities": ["alwaysMatch": wanted]]) as? [String: Any]
        session = answer?["sessionId"] as? String ?? ""
    }

    private func end() {
        kill(-driver.pid, SIGKILL)
        driver.end()
    }

    /// Loads a page, and returns when it is there.
    func open(_ url: String) async throws {
        _ = try await command("POST", "/url", ["url": url])
    }

    func click(_ selector: String) async throws {
        let found = try await command("POST", "/element", ["using": "css selector", "value": selector])
        let element = (found as? [String: String])?[Self.elementKey] ?? ""
        _ = try await command("POST", "/element/\(element)/click", [:])
    }

    /// What is to be read there; nothing where it is hidden.
    func text(_ selector: String) async throws -> String {
        let script = "(e => e?.checkVisibility() ? e.innerText : '')(document.querySelector(arguments[0]))"
        return try await look(script, [selector])
    }

    /// The text that a JavaScript expression is at once; nothing while the browser goes to another page.
    func look(_ expression: String, _ arguments: [String] = []) async throws -> String {
        do {
            let value = ["script": "return \(expression)", "args": arguments] as [String: Any]
            return try await command("POST", "/execute/sync", value) as? String ?? ""
        } catch is Refusal {
            return ""
        }
    }

    /// Awaits a JavaScript expression whose arguments are a[0], a[1] …
    func evaluate(_ expression: String, _ arguments: [String] = []) async throws -> Any? {
        let script = """
            const a = [...arguments], done = a.pop();
            (async () => (\(expression)))().then(v => done({v}), e => done({e: `${e.name}: ${e.message}`}));
            """
        let answer = try await command("POST", "/execute/async", ["script": script, "args": arguments])
        let result = answer as? [String: Any]
        if let message = result?["e"] as? String { throw Refusal(message: message) }
        return result?["v"]
    }

    /// Goes into the page's first frame.
    func enterFrame() async throws {
        _ = try await command("POST", "/frame", ["id": 0])
    }

    /// Plugs in an authenticator whose user is there, is verified and says yes.
    func addAuthenticator() async throws {
        _ = try await command(
            "POST",
            "/webauthn/authenticator",
            [
                "protocol": "ctap2", "transport": "internal", "hasResidentKey": true, "hasUserVerification": true,
                "isUserConsenting": true, "isUserVerified": true,
            ]
        )
    }

    private func command(_ method: String, _ path: String, _ value: [String: Any]) async throws -> Any? {
        try await call(method, "/session/\(session)\(path)", value)
    }

    private func call(_ method: String, _ path: String, _ value: [String: Any]) async throws -> Any? {
        let body = String(decoding: try JSONSerialization.data(withJSONObject: value), as: UTF8.self)
        let head = ["\(method) \(path) HTTP/1.1", "Host: 127.0.0.1:\(port)", "Content-Type: application/json"]
        let reply = try RawHTTP.exchange(port: port, head, body: body)
        let answer = try (JSONSerialization.jsonObject(with: Data(reply.body.utf8)) as? [String: Any])?["value"]
        guard reply.status == 200 else {
            let fault = answer as? [String: Any]
            throw Refusal(message: "\(fault?["error"] ?? "") \(fault?["message"] ?? "")")
        }
        return answer
    }
}
