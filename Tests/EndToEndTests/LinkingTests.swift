// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

@Suite("a program as it is linked")
struct LinkingTests {
    @Test(
        "lies anywhere, binds every symbol at its start into a table that is read-only then, and runs nothing that it writes",
        .enabled(if: FileManager.default.isExecutableFile(atPath: "/usr/bin/readelf"), "readelf is of binutils"),
        arguments: ["stampd", "stampctl", "turnkey-sandbox", "stampd-evidence"]
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
            // Type, offset, two addresses, two sizes, flags (a letter each, with spaces between), alignment.
            let segments = lines.filter { ["LOAD", "GNU_STACK"].contains($0.first) && $0.count >= 8 }
            let flags = segments.map { $0.dropFirst(6).dropLast().joined() }
            #expect(flags.allSatisfy { !$0.contains("W") || !$0.contains("E") }, "\(segments)")
            #expect(zip(segments, flags).contains { $0.first == "GNU_STACK" && $1 == "RW" }, "\(segments)")
        }
    }
}
