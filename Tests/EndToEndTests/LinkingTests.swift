// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

@Suite("a program as it is linked")
struct LinkingTests {
    @Test(
        "binds every symbol at its start, and has the table read-only from then on",
        .enabled(if: FileManager.default.isExecutableFile(atPath: "/usr/bin/readelf"), "readelf is of binutils"),
        arguments: ["stampd", "stampctl", "turnkey-sandbox"]
    )
    func relocations(_ name: String) async throws {
        try await blocking {
            let readelf = try ChildProcess(["readelf", "--wide", "--dynamic", "--segments", System.program(name)])
            defer { readelf.end() }
            #expect(try readelf.wait() == .exited(0))
            try readelf.output.waitForEnd()
            let lines = readelf.output.text.split(separator: "\n").map { $0.split(separator: " ").map(String.init) }
            #expect(lines.contains { $0.first == "GNU_RELRO" })
            #expect(lines.contains { $0.contains("(FLAGS_1)") && $0.contains("NOW") && $0.contains("PIE") })
            // Nothing is bound later, then.
            #expect(!lines.contains { $0.contains("(TEXTREL)") })
        }
    }
}
