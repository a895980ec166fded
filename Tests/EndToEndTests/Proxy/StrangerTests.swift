// SPDX-License-Identifier: Apache-2.0
import Foundation
import LoopbackPeers
import Testing

@Suite("A placeholder in other hands", .timeLimit(.minutes(15)))
struct StrangerTests {
    private static let stranger: UInt32 = 4_001

    @Test(
        "a program of another user is not answered, with the pair and with a socket whose file would let it in",
        .otherUsers
    )
    func anotherUser() async throws {
        let api = FakeAPI { _, _ in FakeAPI.Answer(headers: ["Content-Type: application/json"], body: #"{"a":"b"}"#) }
        let options = ProxiedStage.placeholders + ["--listen", "unix:DIR/agent=agent"]
        try await ProxiedStage.with(options, api: ProxiedStage.always(api)) { stage in
            let stamp = try await stage.makePlaceholder().stamp("{}")
            let (directory, path) = (stage.system.frame.directory, "\(stage.system.frame.directory)/agent")
            chmod(directory, 0o711)
            chmod(path, 0o666)
            let curl = ["curl", "-sS", "-m", "120", "-d", "{}", "-H", "X-Stamp: \(stamp)"]
            let loopback = curl + ["\(stage.places[0])/public/v1/query/whoami"]
            let socket = curl + ["--unix-socket", path, "http://localhost/public/v1/query/whoami"]
            for command in [loopback, socket] {
                let run = try Program.run(Neighbour.launcher(Self.stranger) + command, [:])
                #expect(run.text.hasPrefix("curl: ("), "\(run)")
            }
            #expect(api.requests.isEmpty)
            for command in [loopback, socket] {
                #expect(try Program.run(command, [:]).text == #"{"a":"b"}"#)
            }
            #expect(api.requests.count == 2)
        }
    }

    @Test(
        "what a program leaves behind has nothing in its environment that is good for anything once the program has ended"
    )
    func leftBehind() async throws {
        try await System.withStage { stage in
            _ = try await stage.startSession()
            let program = "setsid sleep 1000 > /dev/null 2>&1 & echo $!; cat /proc/net/tcp"
            let run = try stage.run(["exec", "--", "sh", "-c", program])
            let left = try #require(run.output.split(separator: "\n").first.flatMap { pid_t($0) })
            defer { kill(left, SIGKILL) }
            let kept = try #require(System.environments[left])
            let (privateKey, url) = (
                try #require(kept["TURNKEY_API_PRIVATE_KEY"]), try #require(kept["TURNKEY_API_BASE_URL"])
            )
            for (process, variables) in System.environments where process != left {
                #expect(!variables.values.contains { $0.contains(privateKey) }, "\(process)")
            }
            let port = try #require(LoopbackPort(url))
            let listener = try #require(try port.findListener(in: run.output))
            #expect(try port.findListener() != listener)
            let whoami = Program.client("whoami.sh")
            let atAPI = try Program.run(
                whoami,
                kept.merging(["TURNKEY_API_BASE_URL": stage.sandbox.ready.baseUrl]) { $1 }
            )
            #expect(atAPI.text.contains("PUBLIC_KEY_NOT_FOUND"), "\(atAPI.text)")
            let old = ["PUBLIC", "PRIVATE"].map { "TURNKEY_API_\($0)_KEY=\(kept["TURNKEY_API_\($0)_KEY"] ?? "")" }
            let atAnother = try stage.run(["exec", "--", "env"] + old + whoami)
            #expect(atAnother.output.contains("has not the stamp of this proxy's delegate"), "\(atAnother.output)")
        }
    }
}
