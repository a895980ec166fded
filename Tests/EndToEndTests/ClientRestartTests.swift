// SPDX-License-Identifier: Apache-2.0
import Foundation
import StampClient
import Testing

@Suite("StampClient and a frame that is killed", .timeLimit(.minutes(15)))
struct ClientRestartTests {
    @Test("every waiting call ends in a typed error, and the next one is answered by the frame that comes back")
    func killed() async throws {
        try await System.withFrame { frame in
            try frame.startSession()
            let client = StampClient(
                FrameAddress(socketDirectory: frame.directory),
                deadline: .seconds(patience),
                restartPatience: .milliseconds(200)
            )
            _ = try await client.getStatus()
            frame.process.send(SIGSTOP)
            try await withThrowingTaskGroup(of: StampError?.self) { group in
                for number in 0..<20 {
                    group.addTask(executorPreference: globalConcurrentExecutor) {
                        do throws(StampError) {
                            _ = try await client.stamp(payload: payload(number))
                            return nil
                        } catch {
                            return error
                        }
                    }
                }
                try await System.waitForUnread(by: frame)
                frame.process.send(SIGKILL)
                for try await error in group {
                    switch error {
                    // Written and lost, or not written before nobody listened any more.
                    case .connectionLost(method: "io.stampd.Stamper.Stamp"), .noFrame: break
                    default: Issue.record("\(String(describing: error))")
                    }
                }
            }
            #expect(try frame.process.wait() == .killed(by: SIGKILL))
            let next = try FrameProcess(in: frame.directory)
            defer { next.end() }
            #expect(try await client.getStatus().sessions == 0)
        }
    }

    @Test("a stamp that was asked for and not answered is asked for once more, and answered")
    func stampAgain() async throws {
        try await System.withFrame { frame in
            try frame.startSession()
            let client = StampClient(FrameAddress(socketDirectory: frame.directory), deadline: .seconds(patience))
            _ = try await client.getStatus()
            frame.process.send(SIGSTOP)
            let payload = payload("asked twice")
            let stamp = Task { try await client.stamp(payload: payload) }
            try await System.waitForUnread(by: frame)
            try await System.withFrame { next in
                let credential = try next.startSession()
                try exchange(frame.directory, next.directory)
                frame.process.send(SIGKILL)
                let answered = try DecodedStamp(header: try await stamp.value.stampHeaderValue)
                #expect(answered.publicKey == credential.publicKey)
                #expect(try answered.holds(for: Data(payload.utf8)))
                #expect(try await client.getStatus().stamped == 1)
            }
        }
    }

    @Test("an injection that was asked for and not answered is lost, and not asked for again")
    func injectOnce() async throws {
        try await System.withFrame { frame in
            let bundle = try frame.bundle(of: Credential())
            let control = ControlClient(FrameAddress(socketDirectory: frame.directory), deadline: .seconds(patience))
            _ = try await control.getStatus()
            frame.process.send(SIGSTOP)
            let injection = Task { try await control.injectCredentialBundle(bundle) }
            try await System.waitForUnread(by: frame)
            try await System.withFrame { next in
                let embedded = try await ControlClient(
                    FrameAddress(socketDirectory: next.directory),
                    deadline: .seconds(patience)
                ).initEmbeddedKey()
                try exchange(frame.directory, next.directory)
                frame.process.send(SIGKILL)
                await #expect(throws: StampError.connectionLost(method: "io.stampd.Control.InjectCredentialBundle")) {
                    try await injection.value
                }
                #expect(try await control.getEmbeddedPublicKey().publicKey == embedded.publicKey)
                #expect(try await control.listSessions().isEmpty)
            }
        }
    }

    @Test("a call before the frame has come back waits for it")
    func waits() async throws {
        try await System.withFrame { frame in
            let client = StampClient(
                FrameAddress(socketDirectory: frame.directory),
                deadline: .seconds(patience),
                restartPatience: .seconds(patience)
            )
            _ = try await client.getStatus()
            frame.process.send(SIGKILL)
            #expect(try frame.process.wait() == .killed(by: SIGKILL))
            async let status = client.getStatus()
            let next = try FrameProcess(in: frame.directory)
            defer { next.end() }
            #expect(try await status.sessions == 0)
        }
    }

    /// Swaps two directories; the sockets in them go on listening.
    private func exchange(_ first: String, _ second: String) throws {
        let aside = first + ".aside"
        for (from, to) in [(first, aside), (second, first), (aside, second)] {
            try FileManager.default.moveItem(atPath: from, toPath: to)
        }
    }
}
