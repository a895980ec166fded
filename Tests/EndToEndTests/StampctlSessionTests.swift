// SPDX-License-Identifier: Apache-2.0
import Foundation
import SoftwarePasskey
import StampClient
import Synchronization
import Testing
import TurnkeyClient

@Suite("stampctl, once somebody has logged in", .timeLimit(.minutes(15)))
struct StampctlSessionTests {
    @Test("shows, refreshes and ends the session that the library began, and asks nobody")
    func life() async throws {
        try await System.withStage { stage in
            let turnkey = try await stage.logIn()
            let session = try await turnkey.passkeyClient().loginWithPasskey(session: "work", expirationSeconds: 600)
            let prompts = stage.passkey.promptCount
            let ready = stage.sandbox.ready
            let stored = try stage.run(["whoami", "--stored", "--json"])
            let organization = try stored.json["organization"] as? [String: Any]
            #expect(try stored.json["userId"] as? String == ready.userId)
            #expect(organization?["organizationId"] as? String == ready.organizationId)

            #expect(try stage.run(["session", "select", "work"]).status == 0)
            let whoami = try stage.run(["whoami"])
            #expect(whoami.status == 0, "\(whoami.errors)")
            #expect(whoami.output.contains(ready.userId))
            let listed = try stage.run(["session", "list", "--json"])
            #expect(try listed.json["isSelected"] as? Bool == true)
            #expect(try listed.json["publicKey"] as? String == session.publicKey.text)

            let refreshed = try stage.run(["refresh", "--expiration-seconds", "300", "--json"])
            #expect(refreshed.status == 0, "\(refreshed.errors)")
            #expect(try refreshed.json["publicKey"] as? String != session.publicKey.text)
            #expect(try refreshed.json["name"] as? String == "work")

            #expect(try stage.run(["logout", "--revoke"]).status == 0)
            #expect(try stage.run(["session", "list"]).output.isEmpty)
            let nobody = try stage.run(["whoami", "--stored"])
            #expect(nobody.status == 5)
            #expect(nobody.errors == "stampctl: no user has logged in here\n")
            #expect(try stage.run(["refresh"]).status == 3)
            #expect(try stage.run(["logout"]).status == 0)
            #expect(stage.passkey.promptCount == prompts)
        }
    }

    @Test("doctor finds nothing wrong where nothing is, and names what is")
    func doctor() async throws {
        try await System.withStage { stage in
            let turnkey = try await stage.logIn()
            try await turnkey.passkeyClient().loginWithPasskey()
            let healthy = try stage.run(["doctor"])
            #expect(healthy.status == 0, "\(healthy.output) \(healthy.errors)")
            #expect(!healthy.output.contains("WRONG"))

            let noOrganization = try stage.run(["doctor"], ["TURNKEY_ORGANIZATION_ID": ""])
            #expect(noOrganization.status == 5)
            #expect(noOrganization.output.contains("WRONG  configuration  no organization"))

            try await stage.control.lock()
            #expect(try stage.run(["doctor"]).output.contains("WRONG  stamp socket   the frame is locked"))
            try await stage.control.unlock()

            try await stage.control.endSession()
            #expect(try stage.run(["doctor"]).output.contains("WRONG  session        no session \"default\""))

            stage.sandbox.process.send(SIGTERM)
            #expect(try stage.sandbox.process.wait() == .exited(0))
            #expect(try stage.run(["doctor"]).output.contains("cannot be reached: connection refused"))
            #expect(try stage.frame.stop() == .exited(0))
            let nothing = try stage.run(["doctor", "--json"])
            #expect(nothing.status == 5)
            #expect(nothing.output.split(separator: "\n").count { $0.contains(#""state":"wrong""#) } == 4)
        }
    }

    @Test(
        "a session's key that the API does not register is told as that, with the API's words, and the old one stamps on"
    )
    func registrationFails() async throws {
        try await System.withStage { stage in
            let turnkey = try await stage.logIn()
            let old = try await turnkey.passkeyClient().loginWithPasskey(expirationSeconds: 600)
            let rows: [(answer: Int, code: String, status: Int32)] = [
                (403, "REQUEST_NOT_AUTHORIZED", 5), (429, "RATE_LIMIT_EXCEEDED", 4), (503, "SOMETHING_NEW", 4),
            ]
            for row in rows {
                let api = try RefusingAPI(row.answer, row.code)
                let run = try stage.run(["refresh"], ["TURNKEY_API_BASE_URL": api.baseUrl])
                #expect(run.status == row.status)
                #expect(run.output.isEmpty)
                let words = "the session's key could not be registered (/public/v1/submit/stamp_login): "
                #expect(
                    run.errors.hasPrefix("stampctl: \(words)the API refused (\(row.answer) \(row.code)): no\\u{1B}[2J"),
                    "\(run.errors)"
                )
                // What may have happened is named; where the API said no, there is nothing to name.
                #expect(run.errors.contains("may be registered") == (row.answer == 503))
                #expect(try await stage.control.getSession().publicKey == old.publicKey)
            }
            // The places of the keys that were not registered are free, and so is the session's lock.
            #expect(try stage.run(["refresh"]).status == 0)
        }
    }

    /// What another program does while a refresh has registered its key.
    enum Meanwhile: String, CaseIterable {
        case logout, revokingLogout, refresh, elsewhere
    }

    @Test(
        "a refresh beside a logout ends with 3 and names the login; beside another refresh or login it ends with 4 and says so",
        arguments: Meanwhile.allCases
    )
    func meanwhile(_ other: Meanwhile) async throws {
        try await System.withStage { stage in
            let turnkey = try await stage.logIn()
            let old = try await turnkey.passkeyClient().loginWithPasskey(expirationSeconds: 600)
            let (environment, control) = (stage.environment, stage.frame.controlPath)
            let arguments = other == .refresh ? ["refresh"] : other == .logout ? ["logout"] : ["logout", "--revoke"]
            let second = Mutex<System.StampctlRun?>(nil)
            let api = try MortalAPI(inFrontOf: stage.sandbox.ready.baseUrl) { path in
                guard path == "stamp_login" else { return }
                // Another user's program has a store, and so a lock, of its own.
                guard other != .elsewhere else {
                    _ = try? RawClient(path: control).call("io.stampd.Control.CreateSessionKey", [:])
                    return
                }
                let run = try? System.StampctlRun(arguments, environment: environment)
                second.withLock { $0 = run }
            }
            let run = try stage.run(["refresh"], ["TURNKEY_API_BASE_URL": api.baseUrl])
            let told = second.withLock(\.self)
            switch other {
            case .logout, .revokingLogout:
                #expect(told?.status == 0)
                #expect(run.status == 3)
                #expect(run.errors.contains(": the session \"default\" was ended meanwhile; "), "\(run.errors)")
                #expect(run.errors.hasSuffix("\nhint: \"stampctl login\" starts another\n"))
                #expect(try await stage.control.listSessions().isEmpty)
            case .refresh:
                #expect(run.status == 0, "\(run.errors)")
                #expect(told?.status == 4)
                #expect(
                    told?.errors.hasPrefix(
                        "stampctl: another login or refresh of the session \"default\" is under way\nhint: let it finish"
                    ) == true
                )
                #expect(try await stage.control.getSession().publicKey != old.publicKey)
            case .elsewhere:
                #expect(run.status == 4)
                #expect(run.errors.contains(": the frame no longer has this key: another login, refresh or logout"))
                #expect(run.errors.contains("\nhint: look at it with \"stampctl session show\""))
                #expect(try await stage.control.getSession().publicKey == old.publicKey)
            }
        }
    }

    @Test("a signal that its starter has ignored stays ignored", arguments: [SIGINT, SIGTERM])
    func ignored(_ number: CInt) async throws {
        try await System.withStage { stage in
            let name = number == SIGINT ? "INT" : "TERM"
            let shell = #"trap "" \#(name); exec "$0" "$@""#
            let login = [System.program("stampctl"), "login", "--no-open", "--timeout-seconds", "3"]
            let process = try ChildProcess(["/bin/sh", "-c", shell] + login, environment: stage.environment)
            defer { process.end() }
            _ = try await System.poll("the page") { process.errors.text.contains("http://localhost:") ? true : nil }
            process.send(number)
            #expect(try process.wait() == .exited(4))
            try process.errors.waitForEnd()
            #expect(process.errors.text.contains("the user did not approve within 3 seconds"))
        }
    }

    @Test("doctor asks the API once whom the session acts for")
    func whoamiOnce() async throws {
        try await System.withStage { stage in
            try await stage.logIn().passkeyClient().loginWithPasskey()
            // The first is without a stamp, for the clock.
            for organization in [stage.sandbox.ready.organizationId, "11111111-1111-4111-8111-111111111111"] {
                let api = try MortalAPI(inFrontOf: stage.sandbox.ready.baseUrl)
                _ = try stage.run(
                    ["doctor", "--organization-id", organization],
                    ["TURNKEY_API_BASE_URL": api.baseUrl]
                )
                #expect(api.asked == ["whoami", "whoami"])
            }
        }
    }

    @Test("doctor says whose a session is that the configured organization does not know, or that this is not known")
    func whose() async throws {
        try await System.withStage { stage in
            let configured = stage.sandbox.ready.organizationId
            _ = try stage.frame.startSession("unclaimed")
            let key = try await stage.control.createSessionKey(session: "another")
            let terms = SessionTerms(expirationSeconds: 600, organizationId: "another's")
            _ = try await stage.control.activateSession(publicKey: key, terms: terms)
            let another = try stage.run(["doctor", "--session", "another"])
            #expect(another.status == 5)
            let words = "it is of organization another's, and \(configured) is configured (PUBLIC_KEY_NOT_FOUND)"
            #expect(another.output.contains("WRONG  session        \(words)"), "\(another.output)")
            #expect(another.output.contains("hint: give --organization-id another's"))
            let unclaimed = try stage.run(["doctor", "--session", "unclaimed"])
            #expect(unclaimed.status == 5)
            #expect(
                unclaimed.output.contains("WRONG  session        organization \(configured) does not know this key"),
                "\(unclaimed.output)"
            )
            // Nothing is over by it.
            #expect(try await stage.control.listSessions().map(\.name).sorted() == ["another", "unclaimed"])
        }
    }

    @Test("a store that cannot be written is said in plain words, and loses nothing")
    func fullDisk() async throws {
        try await System.withStage { stage in
            let turnkey = try await stage.logIn()
            try await turnkey.sessions.select("before")
            let store = try storePath(stage)
            let before = try String(contentsOfFile: store, encoding: .utf8)
            // No file may grow at all: what a full disk says at the same call, in another word.
            let shell = #"trap "" XFSZ; ulimit -f 0; exec "$0" "$@""#
            let arguments = [System.program("stampctl"), "session", "select", "after"]
            let process = try ChildProcess(
                ["/bin/sh", "-c", shell] + arguments + ["--socket-directory", stage.frame.directory],
                environment: stage.environment
            )
            defer { process.end() }
            #expect(try process.wait() == .exited(5))
            try process.errors.waitForEnd()
            #expect(process.errors.text.contains("cannot be used: write: File too large\nhint: make room"))
            #expect(try String(contentsOfFile: store, encoding: .utf8) == before)
            #expect(!FileManager.default.fileExists(atPath: store + ".new"))
        }
    }

    @Test("a reader that stops after one line ends the monitor quietly, though nothing more happens")
    func closedPipe() async throws {
        try await System.withStage { stage in
            let leave = "\(stage.frame.directory)/leave"
            try #require(mkfifo(leave, 0o600) == 0)
            let reader = #"{ read -r line; echo "$line"; read -r line <"$2"; }"#
            let shell = #""$0" monitor --socket-directory "$1" | \#(reader); echo "${PIPESTATUS[0]}""#
            let process = try ChildProcess(
                ["/bin/bash", "-c", shell, System.program("stampctl"), stage.frame.directory, leave]
            )
            defer { process.end() }
            // When it listens cannot be seen; once it has said one thing, nothing more is done.
            _ = try await System.poll("a first event") {
                try await stage.control.lock()
                try await stage.control.unlock()
                return process.output.text.isEmpty ? nil : true
            }
            try "\n".write(toFile: leave, atomically: false, encoding: .utf8)
            #expect(try process.wait() == .exited(0))
            try process.output.waitForEnd()
            try process.errors.waitForEnd()
            #expect(process.output.text == "locked\n0\n" || process.output.text == "unlocked\n0\n")
            #expect(process.errors.text.isEmpty)
        }
    }

    private func storePath(_ stage: System.Stage) throws -> String {
        let names = try FileManager.default.contentsOfDirectory(atPath: stage.stateDirectory)
        let name = try #require(names.first { $0.hasSuffix(".json") })
        return "\(stage.stateDirectory)/\(name)"
    }
}

/// Answers each request with the same refusal.
private final class RefusingAPI: Sendable {
    let baseUrl: String

    init(_ status: Int, _ code: String) throws {
        let body = #"{"code":7,"message":"no\u001b[2J","details":[],"turnkeyErrorCode":"\#(code)"}"#
        let answer =
            "HTTP/1.1 \(status) S\r\nContent-Type: application/json\r\nContent-Length: \(body.utf8.count)\r\n"
            + "Connection: close\r\n\r\n\(body)"
        let listener = socket(AF_INET, CInt(SOCK_STREAM.rawValue) | CInt(SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = in_addr_t(0x7f00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isBound = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(listener, $0, length) == 0 && getsockname(listener, $0, &length) == 0
            }
        }
        guard isBound, listen(listener, 16) == 0 else { throw POSIXError(.EADDRINUSE) }
        baseUrl = "http://127.0.0.1:\(UInt16(bigEndian: address.sin_port))"
        Thread.detachNewThread {
            while true {
                let peer = accept(listener, nil, nil)
                guard peer >= 0 else { continue }
                var buffer = [UInt8](repeating: 0, count: 1 << 16)
                _ = recv(peer, &buffer, buffer.count, 0)
                let bytes = Array(answer.utf8)
                _ = send(peer, bytes, bytes.count, CInt(MSG_NOSIGNAL))
                shutdown(peer, CInt(SHUT_WR))
                while recv(peer, &buffer, buffer.count, 0) > 0 {}
                close(peer)
            }
        }
    }
}
