// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

@Suite("the units", .serialized, .timeLimit(.minutes(5)), .lab, .inLab)
struct LabUnitTests {
    private static let folder = "/usr/lib/systemd/system"

    @Test("systemd-analyze has nothing to say about any unit, the system's or the user's")
    func verify() async throws {
        try await withLab { lab in
            for (manager, count) in [("system", 6), ("user", 3)] {
                let folder = "/usr/lib/systemd/\(manager)"
                let units = try FileManager.default.contentsOfDirectory(atPath: lab.root + folder)
                    .filter { $0.hasPrefix("stampd") }
                #expect(units.count == count)
                let paths = units.sorted().map { "\(folder)/\($0)" }
                // The user's manager knows its units' %t from here.
                let command = ["env", "XDG_RUNTIME_DIR=/run", "systemd-analyze", "verify", "--\(manager)", "--man=no"]
                let verified = try lab.attempt(command + paths)
                #expect(verified.code == 0)
                #expect(verified.output + verified.errors == "")
            }
        }
    }

    @Test("what systemd-analyze counts as exposure is no more than the documentation says")
    func score() async throws {
        try await withLab { lab in
            let hidden = "\(Self.folder)/hidden.service"
            let unit = try lab.run(
                "cat",
                "\(Self.folder)/stampd.service",
                "/usr/lib/stampd/drop-ins/hide-processes.conf"
            )
            try lab.put(unit, at: hidden)
            let limits = [
                ("\(Self.folder)/stampd.service", 0.5), ("\(Self.folder)/stampd@.service", 0.5), (hidden, 0.3),
                ("/usr/lib/systemd/user/stampd.service", 1.2),
            ]
            for (path, limit) in limits {
                let report = try lab.run("systemd-analyze", "security", "--offline=yes", "--no-pager", path)
                let last = try #require(report.split(separator: "\n").last { $0.contains("Overall exposure level") })
                let score = try #require(last.firstMatch(of: #/: ([0-9.]+) /#).flatMap { Double($0.1) })
                #expect(score <= limit, "\(path): \(score)")
            }
        }
    }
}
