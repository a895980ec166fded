// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import SignerCore

extension SignerCoreTests {
    @Suite("A refused call changes nothing") struct RefusalTests {
        /// A frame with something of everything, and what a refused call may need.
        struct Scene {
            let frame: TestFrame
            let first = TestCredential()
            let second = TestCredential()
            let pending: PublicKey
            let spent: PublicKey
            let past: String

            init() throws {
                var limits = FrameLimits()
                limits.maximumSessions = 3
                limits.maximumPendingKeys = 1
                frame = try TestFrame.ready(limits: limits)
                past = try TestCredential().sealed(to: frame.embeddedPublicKey()).base58Check
                try frame.inject(past, as: "past", seconds: 1)
                frame.advance(seconds: 1)
                try frame.inject(first, as: "first")
                try frame.inject(first, as: "again", seconds: 30)
                spent = try frame.frame.createSessionKey(for: "made", at: frame.now)
                _ = try frame.frame.activateSession(spent, as: SessionRequest(), at: frame.now)
                pending = try frame.frame.createSessionKey(for: "waiting", at: frame.now)
            }

            func bundle(_ credential: TestCredential) throws -> String {
                try credential.sealed(to: frame.embeddedPublicKey()).base58Check
            }
        }

        struct Refusal: CustomTestStringConvertible, Sendable {
            let testDescription: String
            var isLocked = false
            let error: @Sendable (Scene) -> FrameError
            let call: @Sendable (Scene) throws -> Void

            init(
                _ description: String,
                isLocked: Bool = false,
                _ error: @escaping @Sendable (Scene) -> FrameError,
                call: @escaping @Sendable (Scene) throws -> Void
            ) {
                testDescription = description
                self.isLocked = isLocked
                self.error = error
                self.call = call
            }
        }

        static let stamps: [Refusal] = [
            Refusal("stamp: no session", { _ in .noSession("none") }, call: { try $0.frame.stamp(as: "none") }),
            Refusal("stamp: expired", { _ in .sessionExpired("past") }, call: { try $0.frame.stamp(as: "past") }),
            Refusal(
                "stamp: another key expected",
                { .publicKeyMismatch($0.first.publicKey) },
                call: {
                    try $0.frame.stamp(as: "first", expecting: $0.second.publicKey)
                }
            ),
            Refusal("stamp: locked", isLocked: true, { _ in .locked }, call: { try $0.frame.stamp(as: "first") }),
            Refusal(
                "stamp: locked, whatever is asked",
                isLocked: true,
                { _ in .locked },
                call: {
                    try $0.frame.stamp(as: "none")
                }
            ),
            Refusal(
                "session: none",
                { _ in .noSession("none") },
                call: {
                    _ = try $0.frame.frame.session("none", at: $0.frame.now)
                }
            ),
            Refusal(
                "session: expired",
                { _ in .sessionExpired("past") },
                call: {
                    _ = try $0.frame.frame.session("past", at: $0.frame.now)
                }
            ),
            Refusal(
                "end: none",
                { _ in .noSession("none") },
                call: {
                    try $0.frame.frame.endSession("none", at: $0.frame.now)
                }
            ),
            Refusal(
                "end: expired",
                { _ in .sessionExpired("past") },
                call: {
                    try $0.frame.frame.endSession("past", at: $0.frame.now)
                }
            ),
        ]

        static let injections: [Refusal] = [
            Refusal(
                "inject: zero seconds",
                { _ in .invalidExpiration },
                call: {
                    try $0.frame.inject($0.bundle($0.second), as: "first", seconds: 0)
                }
            ),
            Refusal(
                "inject: too many seconds",
                { _ in .invalidExpiration },
                call: {
                    try $0.frame.inject($0.bundle($0.second), as: "first", seconds: 86_401)
                }
            ),
            Refusal(
                "inject: no bundle",
                { _ in .invalidBundle(.length) },
                call: { try $0.frame.inject("", as: "first") }
            ),
            Refusal(
                "inject: sealed to another frame",
                { _ in .invalidBundle(.decryption) },
                call: {
                    try $0.frame.inject(
                        $0.second.sealed(to: TestFrame.ready().embeddedPublicKey()).base58Check,
                        as: "first"
                    )
                }
            ),
            Refusal(
                "inject: another key expected",
                { .publicKeyMismatch($0.second.publicKey) },
                call: {
                    try $0.frame.inject($0.bundle($0.second), as: "first", expecting: $0.first.publicKey)
                }
            ),
            Refusal(
                "inject: past its deadline",
                { _ in .sessionExpired("first") },
                call: {
                    try $0.frame.inject($0.past, as: "first")
                }
            ),
            Refusal(
                "inject: no place",
                { _ in .tooManySessions(limit: 3, retryAfterMilliseconds: 30_001) },
                call: {
                    try $0.frame.inject($0.bundle($0.second), as: "fourth")
                }
            ),
            Refusal(
                "inject: no place for the same key, and its deadline stays",
                { _ in .tooManySessions(limit: 3, retryAfterMilliseconds: 30_001) },
                call: {
                    try $0.frame.inject($0.bundle($0.first), as: "fourth", seconds: 1)
                }
            ),
            Refusal(
                "inject: locked",
                isLocked: true,
                { _ in .locked },
                call: { try $0.frame.inject("x", as: "first") }
            ),
            Refusal(
                "init: zero seconds",
                { _ in .invalidExpiration },
                call: { try $0.frame.initEmbeddedKey(seconds: 0) }
            ),
            Refusal("init: fewer", { _ in .invalidExpiration }, call: { try $0.frame.initEmbeddedKey(seconds: .min) }),
        ]

        static let generated: [Refusal] = [
            Refusal(
                "create: no place",
                { _ in .tooManySessions(limit: 1, retryAfterMilliseconds: 600_001) },
                call: {
                    _ = try $0.frame.frame.createSessionKey(for: "new", at: $0.frame.now)
                }
            ),
            Refusal(
                "create: locked",
                isLocked: true,
                { _ in .locked },
                call: {
                    _ = try $0.frame.frame.createSessionKey(for: "new", at: $0.frame.now)
                }
            ),
            Refusal(
                "activate: no place",
                { _ in .tooManySessions(limit: 3, retryAfterMilliseconds: 30_001) },
                call: { try activate($0, $0.pending) }
            ),
            Refusal(
                "activate: no seconds",
                { _ in .invalidExpiration },
                call: { try activate($0, $0.pending, seconds: 0) }
            ),
            Refusal(
                "activate: unknown key",
                { .unknownSessionKey($0.second.publicKey) },
                call: {
                    try activate($0, $0.second.publicKey)
                }
            ),
            Refusal("activate: a second time", { .unknownSessionKey($0.spent) }, call: { try activate($0, $0.spent) }),
            Refusal(
                "activate: an injected key",
                { .unknownSessionKey($0.first.publicKey) },
                call: {
                    try activate($0, $0.first.publicKey)
                }
            ),
            Refusal("activate: locked", isLocked: true, { _ in .locked }, call: { try activate($0, $0.pending) }),
        ]

        private static func activate(_ scene: Scene, _ key: PublicKey, seconds: Int64? = nil) throws {
            _ = try scene.frame.frame.activateSession(
                key,
                as: SessionRequest(expirationSeconds: seconds),
                at: scene.frame.now
            )
        }

        @Test("whatever the call and the reason", arguments: stamps + injections + generated)
        func refuses(_ refusal: Refusal) throws {
            let scene = try Scene()
            if refusal.isLocked { scene.frame.frame.lock(at: scene.frame.now) }
            let before = scene.frame.snapshot()
            let used = SecureHeap.usedByteCount
            #expect(throws: refusal.error(scene)) { try refusal.call(scene) }
            #expect(scene.frame.snapshot() == before)
            #expect(SecureHeap.usedByteCount <= used)
        }

        @Test("a lock leaves reading, ending, reset, init and the deadlines") func locked() throws {
            let scene = try Scene()
            let frame = scene.frame
            frame.frame.lock(at: frame.now)
            #expect(try frame.frame.session("first", at: frame.now).publicKey == scene.first.publicKey)
            #expect(frame.frame.listSessions(at: frame.now).count == 3)
            #expect(try frame.initEmbeddedKey().publicKey == frame.embeddedPublicKey())
            try frame.frame.endSession("made", at: frame.now)
            frame.frame.reportRejected(scene.first.publicKey, session: "first", at: frame.now)
            frame.advance(seconds: 30)
            #expect(frame.frame.listSessions(at: frame.now).isEmpty)
            frame.frame.reset(at: frame.now)
            #expect(frame.snapshot().isLocked && !frame.hasEmbeddedKey)
            frame.frame.unlock(at: frame.now)
            #expect(throws: FrameError.noSession("first")) { try frame.stamp(as: "first") }
        }

        @Test("unlocked, the session stamps again until its deadline") func unlocked() throws {
            let scene = try Scene()
            scene.frame.frame.lock(at: scene.frame.now)
            scene.frame.advance(seconds: 29)
            scene.frame.frame.unlock(at: scene.frame.now)
            #expect(try scene.frame.stamper(as: "again") == scene.first.publicKey.description)
            scene.frame.frame.lock(at: scene.frame.now)
            scene.frame.advance(seconds: 1)
            scene.frame.frame.unlock(at: scene.frame.now)
            #expect(try scene.frame.stamper(as: "again") == nil)
        }
    }
}
