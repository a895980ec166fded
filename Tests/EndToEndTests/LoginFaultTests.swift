// SPDX-License-Identifier: Apache-2.0
import Foundation
import SoftwarePasskey
import StampClient
import Synchronization
import Testing
import TurnkeyClient

@Suite("A login that fails says at which step, and leaves no half session", .timeLimit(.minutes(15)))
struct LoginFaultTests {
    @Test("the API goes down between the approval and the registration", arguments: SessionWay.allCases)
    func apiDown(_ way: SessionWay) async throws {
        try await System.withStage { stage in
            let turnkey = try await logIn(stage) { [pid = stage.sandbox.process.pid] in
                try Self.end(pid)
            }
            let failure = try await turnkey.expectLoginFailure(way)
            #expect(failure.step == .register)
            #expect(failure.endPoint?.hasPrefix("/public/v1/submit/") == true)
            if case .unreachable = failure.cause {} else { Issue.record("\(failure.cause)") }
            #expect(try await stage.control.listSessions().isEmpty)
            #expect(try await turnkey.sessions.list().isEmpty)
        }
    }

    @Test("an API that is down is named, and so is the step")
    func apiDownBefore() async throws {
        try await System.withStage { stage in
            let turnkey = try await logIn(stage)
            stage.sandbox.process.send(SIGTERM)
            #expect(try stage.sandbox.process.wait() == .exited(0))
            let failure = try await turnkey.expectLoginFailure(.stampLogin)
            #expect(failure.step == .register)
            #expect(failure.message.contains(stage.sandbox.ready.baseUrl))
        }
    }

    @Test("the frame is killed between the registration and the start", arguments: SessionWay.allCases)
    func frameKilled(_ way: SessionWay) async throws {
        try await System.withStage { stage in
            let turnkey = try await logIn(stage) { [pid = stage.frame.process.pid] in
                try Self.end(pid)
            }
            let failure = try await turnkey.expectLoginFailure(way)
            #expect(failure.step == .start)
            if case .frame = failure.cause {} else { Issue.record("\(failure.cause)") }
            switch way {
            case .stampLogin, .readWriteSession:
                // The frame took the private half along, or what could open it.
                if case .useless = failure.remains {} else { Issue.record("\(failure.remains)") }
            case .bundle:
                #expect(failure.remains == .deleted)
                let keys = try await stage.makeRoot(turnkey).getApiKeys(userId: stage.sandbox.ready.userId)
                #expect(!keys.contains { $0.apiKeyName.hasPrefix("Session Key") })
            }
            let stored = try String(contentsOfFile: storePath(stage), encoding: .utf8)
            #expect(!stored.contains("credentialBundle"))
        }
    }

    @Test("a frame that is locked refuses before anybody is asked")
    func locked() async throws {
        try await System.withStage { stage in
            let turnkey = try await logIn(stage)
            let prompts = stage.passkey.promptCount
            try await stage.control.lock()
            await #expect { try await turnkey.passkeyClient().loginWithPasskey() } throws: { error in
                if case .frame(.locked)? = error as? TurnkeyError { true } else { false }
            }
            #expect(stage.passkey.promptCount == prompts)
        }
    }

    @Test("a user who refuses is an error that says so, and the next login works")
    func refused() async throws {
        try await System.withStage { stage in
            let turnkey = try await logIn(stage)
            stage.passkey.refuse()
            let failure = try await turnkey.expectLoginFailure(.stampLogin)
            #expect(failure.step == .register)
            #expect(failure.remains == .nothing)
            #expect(failure.message.hasSuffix("the passkey did not approve: refused"))
            stage.passkey.approve()
            try await turnkey.passkeyClient().loginWithPasskey()
        }
    }

    @Test("a store that becomes unwritable after the approval ends the session and deletes the key")
    func storeFails() async throws {
        try await System.withStage { stage in
            let store = stage.stateDirectory
            let turnkey = try await logIn(stage) {
                // What a full disk does to the new file: it cannot be made.
                let path = try FileManager.default.contentsOfDirectory(atPath: store).first { $0.hasSuffix(".json") }
                let new = store + "/" + (path ?? "") + ".new"
                try FileManager.default.createDirectory(atPath: new, withIntermediateDirectories: false)
                try Data().write(to: URL(filePath: new + "/x"))
            }
            let before = try String(contentsOfFile: storePath(stage), encoding: .utf8)
            let failure = try await turnkey.expectLoginFailure(.stampLogin)
            #expect(failure.step == .store)
            #expect(failure.remains == .deleted)
            if case .store(.failed) = failure.cause {} else { Issue.record("\(failure.cause)") }
            #expect(try await stage.control.listSessions().isEmpty)
            #expect(try String(contentsOfFile: storePath(stage), encoding: .utf8) == before)
        }
    }

    @Test("a store that is damaged, newer or open to others is said before anybody is asked, and is left as it was")
    func badStore() async throws {
        try await System.withStage { stage in
            let turnkey = try await logIn(stage)
            let prompts = stage.passkey.promptCount
            let path = try storePath(stage)
            let good = try String(contentsOfFile: path, encoding: .utf8)
            let rows: [(String, mode: Int, said: String)] = [
                ("{", 0o600, "is damaged"), ("", 0o600, "is damaged"),
                (#"{"version":1}"#, 0o600, "is damaged"), (#"{"version":2,"more":[]}"#, 0o600, "is of version 2"),
                (good, 0o644, "may be used by others"),
            ]
            for (text, mode, said) in rows {
                try Data(text.utf8).write(to: URL(filePath: path))
                try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path)
                await #expect { try await turnkey.passkeyClient().loginWithPasskey() } throws: { error in
                    guard let error = error as? TurnkeyError, case .store = error else { return false }
                    return error.message.contains(said) && error.message.contains(path) && error.hint != nil
                }
                #expect(try String(contentsOfFile: path, encoding: .utf8) == text)
            }
            #expect(stage.passkey.promptCount == prompts)
        }
    }

    @Test("a session that expires between its check and its use asks for the passkey, by its error")
    func expiredBetween() async throws {
        try await System.withStage { stage in
            let turnkey = try await logIn(stage)
            let session = try await turnkey.passkeyClient().loginWithPasskey(expirationSeconds: 30)
            let client = try await turnkey.getActiveClient().api
            for try await event in try await turnkey.sessions.events() {
                if case .expired(_, session.publicKey) = event { break }
            }
            await #expect { try await client.getWhoami() } throws: { error in
                guard case .frame(.sessionExpired)? = error as? TurnkeyError else { return false }
                return (error as? TurnkeyError)?.fallback == .passkey
            }
            guard case .passkey = try await turnkey.getActiveClient() else {
                Issue.record("an expired session was chosen")
                return
            }
        }
    }

    /// Kills a process and waits until it has gone: until the kernel knows no such process, or only its remains.
    private static func end(_ pid: pid_t) throws {
        kill(pid, SIGKILL)
        try waitUntil("the end of a process that is killed") {
            let status = try? String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8)
            return status?.contains(") Z ") ?? true
        }
    }

    /// A client whose user is known, and whose passkey meddles with the next approvals.
    private func logIn(_ stage: System.Stage, _ meddle: (@Sendable () throws -> Void)? = nil) async throws -> Turnkey {
        let turnkey = try await stage.logIn()
        guard let meddle else { return turnkey }
        return Turnkey(
            turnkey.config,
            passkey: Meddler(passkey: stage.passkey, meddle: meddle),
            control: ControlClient(
                stage.address,
                deadline: .seconds(patience),
                restartPatience: .milliseconds(100)
            ),
            stateDirectory: stage.stateDirectory
        )
    }

    private func storePath(_ stage: System.Stage) throws -> String {
        let names = try FileManager.default.contentsOfDirectory(atPath: stage.stateDirectory)
        let name = try #require(names.first { $0.hasSuffix(".json") })
        return "\(stage.stateDirectory)/\(name)"
    }
}
