// SPDX-License-Identifier: Apache-2.0
import FakeFrame
import Foundation
import StampClient
import Synchronization
import Testing

@testable import stampctl

@Suite("Stamps that wait for somebody's yes", .timeLimit(.minutes(15)))
struct ConfirmTests {
    static let sha256 = String(repeating: "ab", count: 32)

    static func confirmation(_ id: String, text: String = #""ACTIVITY_TYPE_SIGN_TRANSACTION_V2""#) -> String {
        let shown = try? String(decoding: JSONEncoder().encode(text), as: UTF8.self)
        return
            #"{"id":"\#(id)","rule":"human","socket":"stamp-agent","session":"trading","publicKey":"\#(AuditTests.key)","uid":1001,"#
            + #""unit":"agent.service","payloadSha256":"\#(sha256)","shown":[{"at":"/type","text":\#(shown ?? "")},"#
            + #"{"at":"/organizationId","text":""}],"expiresInMilliseconds":90000}"#
    }

    /// A control socket at which confirmations wait, are answered, and end.
    final class Desk: Sendable {
        struct State {
            var waiting: [String] = []
            var answers: [String] = []
            var watchers: [Peer] = []
            var refusal: String?
        }

        let state = Mutex(State())
        private let fake = Mutex<FakeFrame?>(nil)
        let directory = FakeFrame.makeDirectory()

        init(_ waiting: String...) {
            state.withLock { $0.waiting = waiting }
            let frame = FakeFrame(directory: directory, socket: "control.sock") { [self] peer in serve(peer) }
            fake.withLock { $0 = frame }
        }

        func stop() { fake.withLock { $0?.stop() } }

        var client: ControlClient {
            ControlClient(FrameAddress(socketDirectory: directory), deadline: .seconds(120))
        }

        private func serve(_ peer: Peer) {
            while let call = peer.readCall() {
                switch call.method {
                case "io.stampd.Stamper.Monitor": state.withLock { $0.watchers.append(peer) }
                case "io.stampd.Control.ListConfirmations":
                    let all = state.withLock { $0.waiting.map { ConfirmTests.confirmation($0) } }
                    peer.send(#"{"parameters":{"confirmations":[\#(all.joined(separator: ","))]}}"#)
                default: peer.send(answer(call))
                }
            }
        }

        private func answer(_ call: ReceivedCall) -> String {
            let id = call.parameters["id"] as? String ?? ""
            let hash = call.parameters["payloadSha256"] as? String ?? ""
            let allow = call.parameters["allow"] as? Bool ?? false
            return state.withLock { state in
                if let refusal = state.refusal { return refusal }
                guard let index = state.waiting.firstIndex(of: id), hash == ConfirmTests.sha256 else {
                    return #"{"error":"io.stampd.Control.UnknownConfirmation","parameters":{"id":"\#(id)"}}"#
                }
                state.waiting.remove(at: index)
                state.answers.append("\(id) \(allow ? "yes" : "no")")
                return "{}"
            }
        }

        func begin(_ id: String) {
            state.withLock { $0.waiting.append(id) }
            tell("confirmationWanted", id)
        }

        func end(_ id: String) {
            state.withLock { state in state.waiting.removeAll { $0 == id } }
            tell("confirmationEnded", id)
        }

        /// Whether somebody watches: what is told before is heard by nobody.
        func waitForWatcher() async throws {
            while state.withLock({ $0.watchers.isEmpty }) { try await Task.sleep(for: .milliseconds(5)) }
        }

        private func tell(_ kind: String, _ id: String) {
            let event = #"{"continues":true,"parameters":{"event":{"kind":"\#(kind)","confirmationId":"\#(id)"}}}"#
            for watcher in state.withLock({ $0.watchers }) { watcher.send(event) }
        }
    }

    /// A terminal at which answers are typed, one for each question.
    final class Desktop: Sendable {
        private struct State {
            var answers: [String?]
            var said: [String] = []
            var asked = 0
        }

        private let state: Mutex<State>

        init(_ answers: String?...) { state = Mutex(State(answers: answers)) }

        var said: [String] { state.withLock { $0.said } }
        var asked: Int { state.withLock { $0.asked } }

        /// After its answers, it waits until the question is taken back.
        var ask: Confirming.Asking {
            { [self] _ in
                let answers = state.withLock { state in
                    state.asked += 1
                    let first = Array(state.answers.prefix(1))
                    state.answers.removeFirst(first.count)
                    return first
                }
                if let answer = answers.first { return answer }
                while !Task.isCancelled { try? await Task.sleep(for: .milliseconds(5)) }
                return nil
            }
        }

        var say: @Sendable ([StyledLine]) -> Void {
            { [self] lines in state.withLock { $0.said += lines.map { $0.text(isStyled: false) } } }
        }

        func waitForQuestion(_ number: Int) async throws {
            while asked < number { try await Task.sleep(for: .milliseconds(5)) }
        }
    }

    @Test("each that waits is asked about, and answered as somebody says; what is left for later is not asked again")
    func oneByOne() async throws {
        let desk = Desk("a", "b", "c")
        defer { desk.stop() }
        let desktop = Desktop("perhaps", "y", "later", "No")
        var confirming = Confirming(desk.client, watches: false, ask: desktop.ask, say: desktop.say)
        try await confirming.run()
        #expect(desk.state.withLock { $0.answers } == ["a yes", "c no"])
        #expect(desk.state.withLock { $0.waiting } == ["b"])
        #expect(desktop.asked == 4)
        #expect(desktop.said.last == "Nothing else waits for a yes.")
        #expect(desktop.said.contains("Answer y, n or l."))
    }

    @Test(
        "with --watch, what comes to wait is asked about, and a question is taken back when its stamp no longer waits"
    )
    func watch() async throws {
        let desk = Desk()
        defer { desk.stop() }
        let desktop = Desktop()
        let task = Task {
            var confirming = Confirming(desk.client, watches: true, ask: desktop.ask, say: desktop.say)
            try await confirming.run()
        }
        try await desk.waitForWatcher()
        desk.begin("a")
        try await desktop.waitForQuestion(1)
        desk.begin("b")
        desk.end("a")
        try await desktop.waitForQuestion(2)
        #expect(desktop.said.contains("It no longer waits."))
        #expect(desktop.said.contains { $0.contains("Confirmation b,") })
        desk.stop()
        let error = await #expect(throws: StampError.self) { try await task.value }
        #expect(error == .connectionLost(method: "io.stampd.Stamper.Monitor"))
        #expect(desk.state.withLock { $0.answers }.isEmpty)
    }

    @Test("a terminal that is gone ends it, and nothing is answered")
    func gone() async throws {
        let desk = Desk("a")
        defer { desk.stop() }
        let desktop = Desktop(nil)
        var confirming = Confirming(desk.client, watches: true, ask: desktop.ask, say: desktop.say)
        try await confirming.run()
        #expect(desk.state.withLock { $0.answers }.isEmpty)
    }

    @Test("an answer that the frame refuses is told, and not asked for again")
    func refused() async throws {
        let desk = Desk("a")
        defer { desk.stop() }
        desk.state.withLock {
            $0.refusal = #"{"error":"io.stampd.Stamper.Denied","parameters":{"rule":"peer","fallback":"never"}}"#
        }
        let desktop = Desktop("y")
        var confirming = Confirming(desk.client, watches: false, ask: desktop.ask, say: desktop.say)
        try await confirming.run()
        #expect(desktop.asked == 1)
        #expect(desktop.said.contains { $0.contains("another account must answer") })
    }

    @Test("one is answered by its identifier, without a terminal")
    func byId() async throws {
        let desk = Desk("a", "b")
        defer { desk.stop() }
        let frame = ["--socket-directory", desk.directory]
        let yes = try await StampctlProcess(["confirm", "b", "--yes", "--json"] + frame)
        #expect(yes.status == 0, "\(yes.errors)")
        #expect(yes.output == "{\"done\":true}\n")
        let other = try await StampctlProcess(
            ["confirm", "a", "--yes", "--payload-sha256", String(repeating: "00", count: 32)] + frame
        )
        #expect(other.status == 5)
        let unknown = try await StampctlProcess(["confirm", "b", "--no"] + frame)
        #expect(unknown.status == 5)
        #expect(unknown.errors.hasPrefix("stampctl: no such stamp waits for a yes: b\n"))
        let no = try await StampctlProcess(["confirm", "a", "--no", "--payload-sha256", Self.sha256] + frame)
        #expect(no.status == 0)
        #expect(no.output.isEmpty)
        #expect(desk.state.withLock { $0.answers } == ["b yes", "a no"])
    }

    @Test("whoever waits for a stamp is told that somebody must say yes, once, and nobody where nothing waits")
    func told() async throws {
        for waiting in [0, 2] {
            let status =
                #"{"status":{"version":"1","uptimeMilliseconds":1,"locked":false,"sessions":1,"connections":1,"stamped":0,"#
                + #""denied":0,"failed":0,"auditLost":0,"waiting":\#(waiting)}}"#
            let looks = Mutex(0)
            let frame = FakeFrame { peer in
                while peer.readCall() != nil {
                    looks.withLock { $0 += 1 }
                    peer.send(#"{"parameters":\#(status)}"#)
                }
            }
            defer { frame.stop() }
            let said = Mutex<[String]>([])
            let client = StampClient(FrameAddress(socketDirectory: frame.directory), deadline: .seconds(120))
            let say: @Sendable (String) -> Void = { line in said.withLock { $0.append(line) } }
            let answer = try await ConfirmationNotice.telling(client, isWanted: true, pause: .milliseconds(1), say: say)
            {
                // Where nothing waits it looks again and again; where something does, it has said so.
                while looks.withLock({ $0 }) < 3, said.withLock({ $0.isEmpty }) {
                    try await Task.sleep(for: .milliseconds(5))
                }
                return "done"
            }
            #expect(answer == "done")
            #expect(said.withLock(\.count) == (waiting == 0 ? 0 : 1))
        }
    }

    @Test("what waits is listed for other programs, one object a line")
    func json() async throws {
        let desk = Desk("a", "b")
        defer { desk.stop() }
        let run = try await StampctlProcess(["confirm", "--json", "--socket-directory", desk.directory])
        #expect(run.status == 0)
        let lines = run.output.split(separator: "\n").map { Data($0.utf8) }
        #expect(try lines.map { try JSONDecoder().decode(Confirmation.self, from: $0).id } == ["a", "b"])
    }

    @Test("without a terminal nobody is asked, and that is said")
    func nobody() async throws {
        let run = try await StampctlProcess(["confirm"])
        #expect(run.status == 64)
        #expect(run.errors.contains("standard input is no terminal"))
    }

    @Test(
        "an amount in wei is also shown in units of 10^18, and what is no number as it is",
        arguments: [
            ("evm.value", "\"1000000000000000000\"", "\"1000000000000000000\" (1 × 10^18 wei)"),
            ("evm.fee", "\"21000000000000\"", "\"21000000000000\" (0.000021 × 10^18 wei)"),
            ("evm.value", "\"12500000000000000001\"", "\"12500000000000000001\" (12.500000000000000001 × 10^18 wei)"),
            ("evm.value", "\"0\"", "\"0\" (0 × 10^18 wei)"), ("evm.value", "\"\"", "\"\""),
            ("evm.value", "\"1e18\"", "\"1e18\""), ("evm.value", "1", "1"), ("/value", "\"1\"", "\"1\""),
        ]
    )
    func amount(_ at: String, _ text: String, _ shown: String) throws {
        let member = String(decoding: try JSONEncoder().encode(["at": at, "text": text]), as: UTF8.self)
        let json = Self.confirmation("a").replacing(#"{"at":"/organizationId","text":""}"#, with: member)
        let confirmation = try JSONDecoder().decode(Confirmation.self, from: Data(json.utf8))
        let line = try #require(ConfirmationCard(confirmation: confirmation).lines(width: nil).last)
        #expect(line.text(isStyled: false).hasSuffix("  \(shown)"))
    }

    @Test("what is shown is escaped, and everything that a yes is about is there")
    func card() throws {
        let text = Self.confirmation("a", text: HostileTextTests.hostile)
        let confirmation = try JSONDecoder().decode(Confirmation.self, from: Data(text.utf8))
        let lines = ConfirmationCard(confirmation: confirmation).lines(width: nil)
        let shown = lines.map { $0.text(isStyled: false) }
        #expect(shown.allSatisfy { $0.unicodeScalars.allSatisfy(HostileTextTests.isHarmless) })
        #expect(
            shown[0] == "Stamp it? Confirmation a, by rule human at stamp-agent; it waits 1m 30s"
        )
        for part in ["user 1001, agent.service", "trading", AuditTests.key.text, Self.sha256, "(nothing)"] {
            #expect(shown.contains { $0.hasSuffix(part) }, "\(part)")
        }
        #expect(lines[0].text(isStyled: true).hasPrefix("\u{1B}[1mStamp it? \u{1B}[0m"))
    }
}
