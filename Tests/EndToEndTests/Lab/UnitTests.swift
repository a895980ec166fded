// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

@Suite("the units", .serialized, .timeLimit(.minutes(15)), .lab, .inLab)
struct LabUnitTests {
    private static let folder = "/usr/lib/systemd/system"

    @Test("systemd-analyze has nothing to say about any unit, the system's or the user's")
    func verify() async throws {
        try await withLab { lab in
            try lab.put(product: "stampctl")
            for manager in ["system", "user"] {
                let folder = "/usr/lib/systemd/\(manager)"
                let units = try FileManager.default.contentsOfDirectory(atPath: lab.root + folder)
                    .filter { $0.hasPrefix("stampd") }
                // Each unit, and of each template one for the plain frame besides.
                let sources = try FileManager.default.contentsOfDirectory(atPath: repository("systemd/\(manager)").path)
                #expect(units.count == sources.count + sources.filter { $0.contains("@.") }.count)
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
            let hidden = try Self.put("hide-processes", in: lab)
            let limits = [
                ("\(Self.folder)/stampd.service", 0.5), ("\(Self.folder)/stampd@.service", 0.5), (hidden, 0.3),
                ("/usr/lib/systemd/user/stampd.service", 1.2), ("\(Self.folder)/stampd-proxy.service", 1.5),
                ("\(Self.folder)/stampd-courier.service", 1.2), ("\(Self.folder)/stampd-courier@.service", 1.2),
                ("\(Self.folder)/stampd-evidence.service", 0.4), ("\(Self.folder)/stampd-evidence@.service", 0.4),
            ]
            for (path, limit) in limits { try Self.expectExposure(of: path, atMost: limit, in: lab) }
        }
    }

    @Test(
        "with the drop-in for systemd 257 it is 0.3 or less",
        .enabled(if: (Lab.systemdVersion ?? 0) >= 257, "this systemd is older than 257")
    )
    func scoreOf257() async throws {
        try await withLab { lab in
            try Self.expectExposure(of: Self.put("systemd-257", in: lab), atMost: 0.3, in: lab)
        }
    }

    /// Puts the service with a drop-in, as one unit, where its path then is.
    private static func put(_ dropIn: String, in lab: Lab) throws -> String {
        let path = "\(folder)/\(dropIn).service"
        try lab.put(
            lab.run("cat", "\(folder)/stampd.service", "/usr/lib/stampd/drop-ins/\(dropIn).conf"),
            at: path
        )
        return path
    }

    private static func expectExposure(of path: String, atMost limit: Double, in lab: Lab) throws {
        let report = try lab.run("systemd-analyze", "security", "--offline=yes", "--no-pager", path)
        let last = try #require(report.split(separator: "\n").last { $0.contains("Overall exposure level") })
        let score = try #require(last.firstMatch(of: #/: ([0-9.]+) /#).flatMap { Double($0.1) })
        #expect(score <= limit, "\(path): \(score)")
    }
}
