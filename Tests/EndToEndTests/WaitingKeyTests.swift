// SPDX-License-Identifier: Apache-2.0
import Foundation
import SoftwarePasskey
import StampClient
import Testing
import TurnkeyClient

/// The frame of each test has one place for a key that waits: where a client keeps one, the next name gets none.
@Suite("A key that a login or a refresh does not use is dropped", .timeLimit(.minutes(15)))
struct WaitingKeyTests {
    @Test("each refresh while the API is down")
    func refresh() async throws {
        try await withOnePlace { stage in
            let turnkey = try await stage.logIn()
            let session = try await turnkey.passkeyClient().loginWithPasskey()
            stage.sandbox.process.send(SIGTERM)
            #expect(try stage.sandbox.process.wait() == .exited(0))
            for _ in 0..<3 {
                await #expect {
                    try await turnkey.sessions.refresh()
                } throws: { error in
                    guard case .session(let failure)? = error as? TurnkeyError else { return false }
                    guard case .unreachable = failure.cause else { return false }
                    return true
                }
                try await expectPlace(stage)
            }
            #expect(try await stage.control.getSession().publicKey == session.publicKey)
        }
    }

    @Test("a login that the user refuses")
    func refused() async throws {
        try await withOnePlace { stage in
            let turnkey = try await stage.logIn()
            stage.passkey.refuse()
            #expect(try await turnkey.expectLoginFailure(.stampLogin).remains == .nothing)
            try await expectPlace(stage)
        }
    }

    @Test("a login that is cancelled while the user is asked")
    func cancelled() async throws {
        try await withOnePlace { stage in
            let turnkey = try await stage.logIn()
            await #expect(throws: TurnkeyError.self) {
                try await turnkey.login { _ -> StampedLogin in
                    withUnsafeCurrentTask { $0?.cancel() }
                    throw CancellationError()
                }
            }
            try await expectPlace(stage)
        }
    }

    @Test("a login whose user is not the expected one, which the API has registered already")
    func anotherUser() async throws {
        try await withOnePlace { stage in
            let turnkey = try await stage.logIn()
            let store = try FileManager.default.contentsOfDirectory(atPath: stage.stateDirectory)
            let path = "\(stage.stateDirectory)/\(try #require(store.first { $0.hasSuffix(".json") }))"
            let text = try String(contentsOfFile: path, encoding: .utf8)
            try text.replacing(stage.sandbox.ready.userId, with: "somebody else").write(
                toFile: path,
                atomically: false,
                encoding: .utf8
            )
            let failure = try await turnkey.expectLoginFailure(.stampLogin)
            guard case .anotherUser = failure.cause else {
                Issue.record("\(failure.cause)")
                return
            }
            try await expectPlace(stage)
        }
    }

    @Test("a login of a frame that is locked meanwhile")
    func locked() async throws {
        try await withOnePlace { stage in
            let (turnkey, control) = (try await stage.logIn(), stage.control)
            await #expect(throws: TurnkeyError.self) {
                try await turnkey.login { _ -> StampedLogin in
                    try await control.lock()
                    throw CancellationError()
                }
            }
            try await stage.control.unlock()
            try await expectPlace(stage)
        }
    }

    /// That another name has its place, which is given back.
    private func expectPlace(_ stage: System.Stage, _ location: SourceLocation = #_sourceLocation) async throws {
        do {
            let key = try await stage.control.createSessionKey(session: "other")
            try await stage.control.dropSessionKey(publicKey: key)
        } catch { Issue.record(error, sourceLocation: location) }
    }

    private func withOnePlace(_ body: (System.Stage) async throws -> Void) async throws {
        try await System.withStage(configuration: #"{"maximumPendingKeys": 1}"#, body)
    }
}
