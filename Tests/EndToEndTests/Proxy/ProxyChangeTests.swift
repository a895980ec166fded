// SPDX-License-Identifier: Apache-2.0
import Foundation
import LoopbackPeers
import StampClient
import Synchronization
import Testing
import TurnkeyClient

@Suite("A proxy while all around it changes", .timeLimit(.minutes(15)))
struct ProxyChangeTests {
    /// Asks again and again, with `count` connections at once, until it is ended.
    private final class Stream: Sendable {
        private let isOver = Atomic<Bool>(false)
        private let answers = Mutex<[Answer]>([])

        var all: [Answer] { answers.withLock(\.self) }

        func run(_ count: Int, _ ask: @escaping @Sendable () throws -> Answer) -> Task<Void, any Error> {
            Task(executorPreference: BlockingExecutor()) {
                try await withThrowingTaskGroup { group in
                    for _ in 0..<count {
                        group.addTask {
                            while !self.isOver.load(ordering: .relaxed) {
                                let answer = try ask()
                                self.answers.withLock { $0.append(answer) }
                            }
                        }
                    }
                    try await group.waitForAll()
                }
            }
        }

        func end() { isOver.store(true, ordering: .relaxed) }

        /// Waits for so many further answers with this status.
        func wait(for count: Int, _ status: Int) throws {
            let before = all.count
            try waitUntil("answers with \(status)") { all.dropFirst(before).count { $0.status == status } >= count }
        }
    }

    private struct Answer {
        let status: Int
        /// Whether the API gave it, and not the proxy.
        let isOfAPI: Bool
    }

    /// Runs `change` while eight programs ask whoami; the answers that they got.
    private func ask(
        _ stage: ProxiedStage,
        while change: (Stream) async throws -> Void
    ) async throws -> [Answer] {
        let port = stage.port
        let body = #"{"organizationId":"\#(stage.system.sandbox.ready.organizationId)"}"#
        let stamp = try await stage.makePlaceholder().stamp(body)
        let head = ["POST /public/v1/query/whoami HTTP/1.1", "Host: 127.0.0.1:\(port)", "X-Stamp: \(stamp)"]
        let stream = Stream()
        let running = stream.run(8) {
            let answer = try RawHTTP.exchange(port: port, head, body: body)
            return Answer(status: answer.status, isOfAPI: !answer.text.contains("Stampd-Fallback"))
        }
        do { try await change(stream) } catch {
            stream.end()
            _ = await running.result
            throw error
        }
        stream.end()
        try await running.value
        return stream.all
    }

    /// Runs `body` with an API that counts, in front of the sandbox.
    private func withCounted(_ body: (ProxiedStage, MortalAPI) async throws -> Void) async throws {
        var counting: MortalAPI?
        let makeAPI = { (stage: System.Stage) in
            let api = try MortalAPI(inFrontOf: stage.sandbox.ready.baseUrl)
            counting = api
            return api.baseUrl
        }
        try await ProxiedStage.with(api: makeAPI) { stage in try await body(stage, try #require(counting)) }
    }

    @Test("while the session is refreshed each request is answered, and asked of the API once")
    func refreshed() async throws {
        try await withCounted { stage, api in
            let turnkey = try await stage.system.logIn()
            _ = try await turnkey.passkeyClient().loginWithPasskey()
            var keys: Set<PublicKey> = []
            let answers = try await ask(stage) { stream in
                for _ in 0..<5 {
                    try stream.wait(for: 10, 200)
                    keys.insert(try await turnkey.sessions.refresh().publicKey)
                }
                try stream.wait(for: 10, 200)
            }
            #expect(keys.count == 5 && answers.allSatisfy { $0.status == 200 }, "\(answers)")
            #expect(api.asked.count == answers.count)
        }
    }

    @Test(
        "a frame that is killed and comes back with a new session is used again; meanwhile nobody waits in vain, and the API is asked for nobody twice"
    )
    func restarted() async throws {
        try await withCounted { stage, api in
            let (system, options) = (stage.system, ["--configuration", stage.configuration.path])
            let answers = try await ask(stage) { stream in
                try stream.wait(for: 10, 200)
                system.frame.process.send(SIGKILL)
                _ = try system.frame.process.wait()
                let next = try FrameProcess(in: system.frame.directory, options)
                defer { next.end() }
                try stream.wait(for: 10, 401)
                _ = try await System.Stage(frame: next, sandbox: system.sandbox).startSession()
                try stream.wait(for: 10, 200)
                stream.end()
            }
            #expect(answers.allSatisfy { [200, 401, 502].contains($0.status) }, "\(answers)")
            // The frame has its new key before the API knows it.
            #expect(api.asked.count == answers.count(where: \.isOfAPI))
        }
    }

    @Test("500 requests at once are each answered with their own answer, and each is asked of the API once")
    func parallel() async throws {
        let api = FakeAPI { request, _ in
            FakeAPI.Answer(
                headers: ["Content-Type: application/json"],
                body: String(decoding: request.body, as: UTF8.self)
            )
        }
        try await ProxiedStage.with(api: ProxiedStage.always(api)) { stage in
            let port = stage.port
            let placeholder = try stage.makePlaceholder()
            let bodies = (0..<500).map { #"{"organizationId":"\#($0)"}"# }
            try await withThrowingTaskGroup { group in
                for body in bodies {
                    let stamp = try await placeholder.stamp(body)
                    group.addTask(executorPreference: BlockingExecutor()) {
                        let head = [
                            "POST /public/v1/query/whoami HTTP/1.1", "Host: 127.0.0.1:\(port)", "X-Stamp: \(stamp)",
                        ]
                        let answer = try RawHTTP.exchange(port: port, head, body: body)
                        #expect(answer.status == 200 && answer.body == body, "\(answer.text)")
                    }
                }
                try await group.waitForAll()
            }
            #expect(api.requests.map { String(decoding: $0.body, as: UTF8.self) }.sorted() == bodies.sorted())
        }
    }

    @Test("an answer of 1 GiB is 502 long before its end, and the proxy's memory is bounded")
    func large() async throws {
        let sent = Mutex(0)
        let piece = String(repeating: " ", count: 1 << 20)
        let api = FakeAPI { _, _, peer in
            LoopbackListener.write(
                "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: \(1 << 30)\r\n\r\n",
                to: peer
            )
            for _ in 0..<1_024 where LoopbackListener.write(piece, to: peer) {
                sent.withLock { $0 += piece.utf8.count }
            }
        }
        try await ProxiedStage.with(api: ProxiedStage.always(api)) { stage in
            let body = "{}"
            let stamp = try await stage.makePlaceholder().stamp(body)
            let head = ["POST /public/v1/query/whoami HTTP/1.1", "Host: 127.0.0.1:\(stage.port)", "X-Stamp: \(stamp)"]
            for _ in 0..<3 {
                let answer = try RawHTTP.exchange(port: stage.port, head, body: body)
                #expect(answer.status == 502 && answer.text.contains("more than 16 MiB"), "\(answer.text)")
            }
            #expect(sent.withLock(\.self) < 3 * (64 << 20))
            let status = try String(contentsOfFile: "/proc/\(stage.proxy.pid)/status", encoding: .utf8)
            let peakKiB = try #require(status.firstMatch(of: /VmHWM:\s+(\d+) kB/).flatMap { Int($0.1) })
            #expect(peakKiB < 256 << 10)
        }
    }
}
