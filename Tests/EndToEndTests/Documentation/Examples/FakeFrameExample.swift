// SPDX-License-Identifier: Apache-2.0
import StampClient

/// A frame for tests: it stamps each payload with the payload itself, unless it has been given an error.
struct FakeFrame: FrameClient {
    var error: StampError?
    let session: Session

    init(error: StampError? = nil) throws(InvalidPublicKey) {
        self.error = error
        let key = try PublicKey("02" + String(repeating: "0", count: 64))
        session = Session(publicKey: key, expiresInMilliseconds: 900_000)
    }

    func stamp(_ request: StampRequest) async throws(StampError) -> Stamp {
        if let error { throw error }
        return Stamp(stampHeaderValue: request.payload)
    }

    func getSession(_ name: SessionName?) async throws(StampError) -> Session { session }
    func listSessions() async throws(StampError) -> [Session] { [session] }
    func getStatus() async throws(StampError) -> Status { Status(version: "test", sessions: 1) }
    func reportRejected(publicKey: PublicKey, session: SessionName?) async throws(StampError) {}

    func getEmbeddedPublicKey() async throws(StampError) -> EmbeddedPublicKey {
        throw .noEmbeddedKey(fallback: .passkey)
    }

    func explain(
        payload: String,
        session: SessionName?,
        delegate: String?,
        path: String?
    ) async throws(StampError) -> Explanation {
        Explanation(effect: .allow, mode: .none)
    }

    func monitor() async throws(StampError) -> EventStream {
        EventStream(AsyncStream { $0.yield(.success(Event(kind: .sessionExpiring, session: session.name))) })
    }
}

/// The code to be tested takes `some FrameClient`: a `StampClient` in the program, the fake in a test.
func stampAll(_ payloads: [String], at frame: some FrameClient) async throws(StampError) -> [String] {
    var headers: [String] = []
    for payload in payloads { headers.append(try await frame.stamp(payload: payload).stampHeaderValue) }
    return headers
}

func testWithoutFrameExample() async throws {
    let headers = try await stampAll(["{}"], at: try FakeFrame())
    assert(headers == ["{}"])
    let refused = try? await stampAll(["{}"], at: try FakeFrame(error: .locked(fallback: .retry)))
    assert(refused == nil)
}
