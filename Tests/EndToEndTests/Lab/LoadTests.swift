// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

@Suite("restarts", .serialized, .timeLimit(.minutes(15)), .lab, .inLab)
struct LabLoadTests {
    /// About a minute and a half of them; STAMPD_RESTARTS=100 for less.
    private static let restartCount = Int(ProcessInfo.processInfo.environment["STAMPD_RESTARTS"] ?? "") ?? 1000

    private struct Counts: Decodable {
        let code: Int
        let slowestMilliseconds: Int
        let counts: [String: Int]
    }

    @Test("while clients connect and call, each connect succeeds and each call is answered by the same session")
    func load() async throws {
        try await withLab { lab in
            let credential = try lab.startSession()
            let deadline = try lab.deadline()
            let restarts = "for i in $(seq \(Self.restartCount)); do systemctl restart stampd.service || exit 1; done"
            let run = try lab.attempt(tool: "load.py", [Lab.stampSocket, "sh", "-c", restarts], within: 540)
            let result = try JSONDecoder().decode(Counts.self, from: Data(run.output.utf8))
            print("\(Self.restartCount) restarts: \(run.output)")
            #expect(result.code == 0, "\(run.errors)")
            #expect(Array(result.counts.keys) == ["stamped"], "\(result.counts)")
            #expect(try lab.stamps(with: credential))
            #expect(try lab.deadline().overlaps(deadline))
        }
    }
}
