// SPDX-License-Identifier: Apache-2.0
import Foundation
import SoftwarePasskey
import StampClient
import Testing
import TurnkeyClient

@Suite("What is down, slow or locked is an error, and nobody is asked to approve", .timeLimit(.minutes(15)))
struct NoPromptTests {
    @Test("a sandbox that is down; the session lives on")
    func sandboxDown() async throws {
        try await System.withStage { stage in
            try stage.frame.startSession()
            stage.sandbox.process.send(SIGTERM)
            #expect(try stage.sandbox.process.wait() == .exited(0))
            try await expectError(stage, try stage.makeTurnkey(), fallback: .retry) { error in
                guard case .unreachable(url: stage.sandbox.ready.baseUrl, _) = error else { return false }
                return error.message.contains(stage.sandbox.ready.baseUrl)
            }
            #expect(try await stage.control.listSessions().count == 1)
        }
    }

    @Test("a sandbox that is slow")
    func sandboxSlow() async throws {
        try await System.withStage(sandbox: ["--latency", "60s"]) { stage in
            try stage.frame.startSession()
            let turnkey = try stage.makeTurnkey(requestTimeout: .milliseconds(200))
            try await expectError(stage, turnkey, fallback: .retry) { error in
                guard case .timedOut(_, after: .milliseconds(200)) = error else { return false }
                return true
            }
        }
    }

    @Test("a sandbox that is slow when a session is asked for: one approval, and no other")
    func slowApproval() async throws {
        try await System.withStage(sandbox: ["--latency", "60s"]) { stage in
            let turnkey = try stage.makeTurnkey(requestTimeout: .milliseconds(200))
            let target = try await stage.control.initEmbeddedKey().publicKey
            await #expect {
                try await turnkey.passkeyClient().createPasskeySession(
                    userId: stage.sandbox.ready.userId,
                    targetPublicKey: target
                )
            } throws: { error in
                guard case .session(let failure)? = error as? TurnkeyError, failure.step == .register else {
                    return false
                }
                guard case .timedOut = failure.cause, case .useless = failure.remains else { return false }
                return true
            }
            #expect(stage.passkey.promptCount == 1)
        }
    }

    @Test("no frame")
    func noFrame() async throws {
        try await System.withStage { stage in
            #expect(try stage.frame.stop() == .exited(0))
            try await expectError(stage, try stage.makeTurnkey(), fallback: .retry) { error in
                if case .frame(.noFrame) = error { true } else { false }
            }
        }
    }

    @Test("a frame that is stopped in the middle")
    func silentFrame() async throws {
        try await System.withStage { stage in
            stage.frame.process.send(SIGSTOP)
            defer { stage.frame.process.send(SIGCONT) }
            let frame = StampClient(stage.address, deadline: .milliseconds(200))
            let turnkey = try Turnkey(
                stage.makeTurnkey().config,
                passkey: stage.passkey,
                frame: frame,
                stateDirectory: stage.stateDirectory
            )
            try await expectError(stage, turnkey, fallback: .retry) { error in
                if case .frame(.timedOut) = error { true } else { false }
            }
        }
    }

    @Test("a locked frame")
    func locked() async throws {
        try await System.withStage { stage in
            try stage.frame.startSession()
            try await stage.control.lock()
            try await expectError(stage, try stage.makeTurnkey(), fallback: .retry) { error in
                if case .frame(.locked) = error { true } else { false }
            }
        }
    }

    private func expectError(
        _ stage: System.Stage,
        _ turnkey: Turnkey,
        fallback: Fallback,
        matches: (TurnkeyError) -> Bool
    ) async throws {
        do throws(TurnkeyError) {
            _ = try await turnkey.getActiveClient()
            Issue.record("somebody stamps")
        } catch {
            #expect(matches(error), "\(error)")
            #expect(error.fallback == fallback)
            #expect(!error.message.isEmpty)
        }
        #expect(stage.passkey.promptCount == 0)
    }
}
