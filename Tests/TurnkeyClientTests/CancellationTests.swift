// SPDX-License-Identifier: Apache-2.0
import ClientLiterals
import Dispatch
import FakeFrame
import Foundation
import LoopbackPeers
import StampClient
import Synchronization
import Testing
import TurnkeyClient

@Suite("What is shared is cancelled by its last waiter alone", .timeLimit(.minutes(15)))
struct CancellationTests {
    /// A passkey whose first approval does not end before it is let go, whatever is cancelled.
    private final class SlowPasskey: PasskeyAuthenticator {
        private let passkey = CountingPasskey()
        private let isFirst = Mutex(true)
        let (asked, askedSink) = AsyncStream.makeStream(of: Void.self)
        let (cancelled, cancelledSink) = AsyncStream.makeStream(of: Void.self)
        private let (released, releasedSink) = AsyncStream.makeStream(of: Void.self)

        func release() { releasedSink.finish() }

        func assertion(approving body: Data, rpId: String) async throws -> PasskeyAssertion {
            let isFirst = isFirst.withLock { isFirst in
                defer { isFirst = false }
                return isFirst
            }
            if isFirst { try await hold() }
            return try await passkey.assertion(approving: body, rpId: rpId)
        }

        private func hold() async throws {
            askedSink.finish()
            try await withTaskCancellationHandler {
                let released = released
                await Task { for await _ in released {} }.value
                try Task.checkCancellation()
            } onCancel: {
                cancelledSink.finish()
            }
        }

        func registration(of user: PasskeyUser, rpId: String) async throws -> PasskeyAttestation {
            try await passkey.registration(of: user, rpId: rpId)
        }
    }

    @Test("who comes while a login that was given up is still ending logs in anew, and is not cancelled")
    func afterAbandoned() async throws {
        let api = FakeAPI { _, _ in .init(body: Fixtures.whoami) }
        let passkey = SlowPasskey()
        let client = try Fixtures.makeTurnkey(api, passkey: passkey).passkeyClient()
        let first = Task { try await client.login() }
        for await _ in passkey.asked {}
        first.cancel()
        for await _ in passkey.cancelled {}
        let second = Task { try await client.login() }
        // The second must have come by when the first ends; where it comes later, it cannot fail.
        for _ in 0..<1_000 { await Task.yield() }
        passkey.release()
        await #expect(throws: TurnkeyError.self) { try await first.value }
        #expect(try await second.value.userId == "u")
    }

    @Test("a login that is cancelled while the frame makes its key drops that key when it is made")
    func whileMaking() async throws {
        let key: PublicKey = "02\(String(repeating: "ab", count: 32))"
        let (asked, askedSink) = AsyncStream.makeStream(of: Void.self)
        let (dropped, droppedSink) = AsyncStream.makeStream(of: String.self)
        let mayAnswer = DispatchSemaphore(value: 0)
        let frame = FakeFrame(socket: "control.sock") { peer in
            while let call = peer.readCall() {
                let publicKey = call.parameters["publicKey"] as? String ?? ""
                switch call.method {
                case "io.stampd.Control.ActivateSession":
                    peer.send(
                        #"{"error":"io.stampd.Control.UnknownSessionKey","parameters":{"publicKey":"\#(publicKey)"}}"#
                    )
                case "io.stampd.Control.InitEmbeddedKey":
                    peer.send(#"{"parameters":{"publicKey":"04aa","expiresInMilliseconds":5}}"#)
                case "io.stampd.Control.CreateSessionKey":
                    askedSink.finish()
                    mayAnswer.wait()
                    peer.send(#"{"parameters":{"publicKey":"\#(key)"}}"#)
                case "io.stampd.Control.DropSessionKey":
                    droppedSink.yield(publicKey)
                    peer.send("{}")
                default: return
                }
            }
        }
        let api = FakeAPI { _, _ in .init(body: Fixtures.whoami) }
        let turnkey = try Fixtures.makeTurnkey(api, passkey: CountingPasskey(), socketDirectory: frame.directory)
        let client = try turnkey.passkeyClient()
        let login = Task { try await client.loginWithPasskey() }
        for await _ in asked {}
        login.cancel()
        mayAnswer.signal()
        #expect(await dropped.first { _ in true } == key.text)
        await #expect(throws: TurnkeyError.self) { try await login.value }
    }

    @Test("a cancelled waiter leaves the approval to the others")
    func oneOfTwo() async throws {
        let api = FakeAPI { _, _ in .init(body: Fixtures.whoami) }
        let passkey = SlowPasskey()
        let client = try Fixtures.makeTurnkey(api, passkey: passkey).passkeyClient()
        let first = Task { try await client.login() }
        for await _ in passkey.asked {}
        let second = Task { try await client.login() }
        for _ in 0..<1_000 { await Task.yield() }
        first.cancel()
        passkey.release()
        #expect(try await second.value.userId == "u")
    }
}
