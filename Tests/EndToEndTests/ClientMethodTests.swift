// SPDX-License-Identifier: Apache-2.0
import Foundation
import StampClient
import Testing

@Suite("StampClient at a real frame", .timeLimit(.minutes(15)))
struct ClientMethodTests {
    @Test("calls each method of both interfaces, and reads each answer")
    func methods() async throws {
        try await System.withFrame { frame in
            let address = FrameAddress(socketDirectory: frame.directory)
            let (client, control) = (
                StampClient(address, deadline: .seconds(patience)), ControlClient(address, deadline: .seconds(patience))
            )
            let embedded = try await control.initEmbeddedKey(expirationSeconds: 3600)
            #expect(embedded.publicKey.count == 130)
            #expect(embedded.expiresInMilliseconds <= 3_600_000)
            #expect(try await client.getEmbeddedPublicKey().publicKey == embedded.publicKey)

            let credential = Credential()
            let injected = try await control.injectCredentialBundle(
                credential.bundle(sealedTo: embedded.publicKey),
                session: "one",
                terms: SessionTerms(expirationSeconds: 60, organizationId: "o", userId: "u"),
                expectPublicKey: PublicKey(credential.publicKey)
            )
            #expect((injected.name.text, injected.publicKey.text) == ("one", credential.publicKey))
            #expect((injected.organizationId, injected.userId, injected.origin) == ("o", "u", .bundle))
            #expect((1...60_000).contains(injected.expiresInMilliseconds))
            #expect(try await client.getSession("one").publicKey.text == credential.publicKey)

            let payload = payload("é\u{0} 🗝️")
            let stamp = try await client.stamp(payload: payload, session: "one")
            #expect(stamp.stampHeaderName == "X-Stamp")
            #expect(try DecodedStamp(header: stamp.stampHeaderValue).holds(for: Data(payload.utf8)))

            let unused = try await control.createSessionKey(session: "two")
            try await control.dropSessionKey(publicKey: unused)
            await #expect(throws: StampError.unknownSessionKey(publicKey: unused)) {
                try await control.activateSession(publicKey: unused)
            }
            let born = try await control.createSessionKey(session: "two")
            let activated = try await control.activateSession(publicKey: born)
            #expect((activated.name, activated.origin, activated.organizationId) == ("two", .generated, nil))
            #expect(try await client.listSessions().map(\.name).sorted() == ["one", "two"])
            let status = try await client.getStatus()
            #expect((status.sessions, status.stamped, status.locked) == (2, 1, false))
            #expect(status.embeddedPublicKey == embedded.publicKey)

            try await control.lock()
            await #expect(throws: StampError.locked(fallback: .retry)) {
                try await client.stamp(payload: payload, session: "one")
            }
            try await control.unlock()
            try await control.endSession("one")
            await #expect(throws: StampError.noSession(session: "one", fallback: .passkey)) {
                try await client.getSession("one")
            }
            try await client.reportRejected(publicKey: born)
            #expect(try await client.listSessions().isEmpty)
            try await control.resetEmbeddedKey()
            await #expect(throws: StampError.noEmbeddedKey(fallback: .passkey)) {
                try await client.getEmbeddedPublicKey()
            }
        }
    }

    @Test("500 tasks at once share a connection, and each gets the stamp of its own payload")
    func pipelining() async throws {
        try await System.withFrame { frame in
            let credential = try frame.startSession()
            let client = StampClient(FrameAddress(socketDirectory: frame.directory), deadline: .seconds(patience))
            // Until the frame has noticed the end of the connection by which the session was started.
            while try await client.getStatus().connections != 1 {}
            try await withThrowingTaskGroup(of: (String, String).self) { group in
                for number in 0..<500 {
                    group.addTask(executorPreference: globalConcurrentExecutor) {
                        let payload = payload(number)
                        return (payload, try await client.stamp(payload: payload).stampHeaderValue)
                    }
                }
                for try await (payload, header) in group {
                    let stamp = try DecodedStamp(header: header)
                    #expect(try stamp.publicKey == credential.publicKey && stamp.holds(for: Data(payload.utf8)))
                }
            }
            let status = try await client.getStatus()
            #expect((status.stamped, status.connections) == (500, 1))
        }
    }

    @Test("a session that was replaced stamps for nobody who has seen the former key, until they look again")
    func replacedSession() async throws {
        try await System.withFrame { frame in
            let former = try frame.startSession()
            let client = StampClient(FrameAddress(socketDirectory: frame.directory), deadline: .seconds(patience))
            #expect(try await client.getSession().publicKey.text == former.publicKey)
            let latter = try frame.startSession()
            let mismatch = StampError.publicKeyMismatch(publicKey: try PublicKey(latter.publicKey), fallback: .never)
            await #expect(throws: mismatch) { try await client.stamp(payload: payload("mine?")) }
            #expect(try await client.getSession().publicKey.text == latter.publicKey)
            let header = try await client.stamp(payload: payload("mine")).stampHeaderValue
            #expect(try DecodedStamp(header: header).publicKey == latter.publicKey)
        }
    }

    @Test("the events come once each, in their order")
    func events() async throws {
        try await System.withFrame { frame in
            let address = FrameAddress(socketDirectory: frame.directory)
            let (events, control) = (
                try await StampClient(address, deadline: .seconds(patience)).monitor(),
                ControlClient(address, deadline: .seconds(patience))
            )
            var iterator = events.makeAsyncIterator()
            func expect(_ kind: Event.Kind, _ session: SessionName? = nil, _ publicKey: String? = nil) async throws {
                let event = try #require(try await iterator.next())
                #expect((event.kind, event.session) == (kind, session))
                if let publicKey { #expect((event.publicKey?.text ?? event.embeddedPublicKey) == publicKey) }
            }
            let embedded = try await control.initEmbeddedKey().publicKey
            try await expect(.embeddedKeyCreated, nil, embedded)
            let long = try frame.startSession("long")
            try await expect(.sessionStarted, "long", long.publicKey)
            let short = try frame.startSession("short", seconds: 1)
            for kind in [Event.Kind.sessionStarted, .sessionExpiring, .sessionExpired] {
                try await expect(kind, "short", short.publicKey)
            }
            try await control.lock()
            try await expect(.locked)
            try await control.unlock()
            try await expect(.unlocked)
            try await control.reportRejected(publicKey: PublicKey(long.publicKey))
            try await expect(.sessionRejected, "long", long.publicKey)
            let last = try frame.startSession("last")
            try await expect(.sessionStarted, "last", last.publicKey)
            try await control.resetEmbeddedKey()
            try await expect(.sessionEnded, "last", last.publicKey)
            try await expect(.embeddedKeyReset)
            // Nothing came in between: the next event is the stream's end.
            frame.process.send(SIGKILL)
            await #expect(throws: StampError.connectionLost(method: "io.stampd.Stamper.Monitor")) {
                try await iterator.next()
            }
        }
    }

    @Test("a directory that others may write is not believed, and is again when they may not")
    func untrustedDirectory() async throws {
        try await System.withFrame { frame in
            let client = StampClient(FrameAddress(socketDirectory: frame.directory), deadline: .seconds(patience))
            chmod(frame.directory, 0o770)
            let refusal = StampError.untrustedDirectory(path: frame.directory, reason: .writable(mode: 0o770))
            await #expect(throws: refusal) { try await client.getStatus() }
            chmod(frame.directory, 0o700)
            _ = try await client.getStatus()
        }
    }
}
