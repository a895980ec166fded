// SPDX-License-Identifier: Apache-2.0
import FakeFrame
import HummingbirdCore
import LoopbackHTTP
import LoopbackPeers
import StampClient
import StampingProxy
import Synchronization
import TurnkeyClient

/// A proxy in this process between a frame and an API of the test's own, which takes every caller for the delegate `agent`.
struct ProxyStage {
    static let stamp = "c3RhbXAtb2YtdGhlLWZyYW1l"
    static let path = "/public/v1/query/whoami"

    let port: Int
    private let stamps: Stamps

    /// How many stamps the frame has made.
    var stampCount: Int { stamps.count.withLock(\.self) }

    private final class Stamps: Sendable {
        let count = Mutex(0)
    }

    /// Runs `body` with a proxy whose API may take `answerLimit` for an answer.
    static func with(
        _ api: FakeAPI,
        answerLimit: Duration = .seconds(120),
        _ body: (ProxyStage) async throws -> Void
    ) async throws {
        let stamps = Stamps()
        let frame = FakeFrame { peer in
            while peer.readCall() != nil {
                stamps.count.withLock { $0 += 1 }
                peer.sendStamp(stamp)
            }
        }
        defer { frame.stop() }
        let proxy = StampingProxy(
            StampClient(FrameAddress(socketDirectory: frame.directory), deadline: .seconds(120)),
            api: try APIBaseURL(api.baseURL),
            environment: [:],
            namesDelegates: true,
            answerLimit: answerLimit
        )
        let agent = DelegateAssignment.delegate(Delegate(name: "agent", session: nil, sessionKey: nil))
        let server = proxy.listen(at: .address("127.0.0.1", port: 0), for: .users(Audience.isOwn), agent)
        let stage = ProxyStage(port: try await server.start(), stamps: stamps)
        do { try await body(stage) } catch {
            await server.stop()
            throw error
        }
        await server.stop()
    }

    /// Sends a request, and reads to the connection's end.
    func exchange(_ request: String) async throws -> String {
        try await LoopbackClient("127.0.0.1", port).exchange(request)
    }

    /// Posts a body; `fields` are lines of the head besides.
    func ask(_ body: String = "{}", _ fields: [String] = [], path: String = path) async throws -> String {
        let head = ["POST \(path) HTTP/1.1", "Host: 127.0.0.1:\(port)", "Content-Length: \(body.utf8.count)"]
        return try await exchange((head + fields + ["", body]).joined(separator: "\r\n"))
    }
}
