// SPDX-License-Identifier: Apache-2.0
import ClientLiterals
import StampClient
import Synchronization
import Testing

@Suite("A frame of a test's own")
struct FrameClientTests {
    /// Answers by itself what `StampClient` asks a frame.
    private final class OwnFrame: FrameClient {
        static let key: PublicKey = "02\(String(repeating: "ab", count: 32))"
        let requests = Mutex<[StampRequest]>([])
        let reports = Mutex<[PublicKey]>([])

        func stamp(_ request: StampRequest) async throws(StampError) -> Stamp {
            guard request.session != "over" else { throw .sessionExpired(session: "over", fallback: .passkey) }
            requests.withLock { $0.append(request) }
            return Stamp(stampHeaderValue: "stamp of \(request.payload)")
        }

        func explain(
            payload: String,
            session: SessionName?,
            delegate: String?,
            path: String?
        ) async throws(StampError) -> Explanation {
            let step = Explanation.Step(id: "r", outcome: .failed, reason: .fieldValue, at: "/type")
            return Explanation(effect: .deny, mode: .enforce, id: "r", reason: .fieldValue, at: "/type", steps: [step])
        }

        func getSession(_ session: SessionName?) async throws(StampError) -> Session {
            Session(publicKey: Self.key, organizationId: "o", userId: "u", expiresInMilliseconds: 9)
        }

        func listSessions() async throws(StampError) -> [Session] { [try await getSession(nil)] }

        func getStatus() async throws(StampError) -> Status {
            Status(version: "1", sessions: 1, refusedParcels: [Status.RefusedParcels(reason: "tooLate", count: 2)])
        }

        func getEmbeddedPublicKey() async throws(StampError) -> EmbeddedPublicKey {
            EmbeddedPublicKey(publicKey: "04", expiresInMilliseconds: 9)
        }

        func reportRejected(publicKey: PublicKey, session: SessionName?) async throws(StampError) {
            reports.withLock { $0.append(publicKey) }
        }

        func monitor() async throws(StampError) -> EventStream {
            EventStream(
                AsyncStream { sink in
                    sink.yield(.success(Event(kind: .sessionStarted, session: "default", publicKey: Self.key)))
                    sink.yield(.success(Event(kind: .locked)))
                    sink.finish()
                }
            )
        }
    }

    /// A program that takes a frame.
    private func stamp(_ payload: String, as session: SessionName? = nil, at frame: some FrameClient) async -> String {
        do throws(StampError) {
            return try await frame.stamp(payload: payload, session: session).stampHeaderValue
        } catch {
            return "\(error.fallback)"
        }
    }

    @Test("gets the request of a program's stamp as it was made, and its answer or error is the program's")
    func stamped() async {
        let frame = OwnFrame()
        #expect(await stamp("p", as: "s", at: frame) == "stamp of p")
        #expect(await stamp("p", as: "over", at: frame) == "passkey")
        #expect(frame.requests.withLock(\.self) == [StampRequest(payload: "p", session: "s")])
    }

    @Test("answers each short form of a call")
    func shortForms() async throws {
        let frame = OwnFrame()
        #expect(try await frame.getSession().name == "default")
        #expect(try await frame.explain(payload: "{}").steps.first?.reason == .fieldValue)
        try await frame.reportRejected(publicKey: OwnFrame.key)
        #expect(frame.reports.withLock(\.self) == [OwnFrame.key])
        #expect(try await frame.getStatus().refusedParcels?.first?.count == 2)
        #expect(try await frame.getEmbeddedPublicKey().publicKey == "04")
    }

    @Test("has its events read in order; after them it is lost like a frame that went away")
    func events() async throws {
        var kinds: [Event.Kind] = []
        let stream = try await OwnFrame().monitor()
        await #expect(throws: StampError.connectionLost(method: "io.stampd.Stamper.Monitor")) {
            for try await event in stream { kinds.append(event.kind) }
        }
        #expect(kinds == [.sessionStarted, .locked])
    }

    @Test("may end its events in an error of its choice")
    func eventError() async throws {
        let stream = EventStream(AsyncStream { $0.yield(.failure(.locked(fallback: .retry))) })
        await #expect(throws: StampError.locked(fallback: .retry)) { for try await _ in stream {} }
    }
}
