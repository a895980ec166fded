// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

@Suite("make install", .serialized, .timeLimit(.minutes(15)))
struct LabInstallTests {
    @Test("it reaches every file with PREFIX, and make uninstall leaves none") func install() async throws {
        try await blocking {
            try TemporaryDirectory.with { directory in
                let root = directory.path(of: "root")
                try FileManager.default.createDirectory(
                    atPath: directory.path(of: "build"),
                    withIntermediateDirectories: true
                )
                try FileManager.default.createSymbolicLink(
                    atPath: directory.path(of: "build/release"),
                    withDestinationPath: URL(filePath: FrameProcess.executable).deletingLastPathComponent().path
                )
                let settings = ["DESTDIR=\(root)", "PREFIX=/opt/frames", "BUILD=\(directory.path(of: "build"))"]
                try Self.make(["install"] + settings)
                let installed = try Self.files(below: root)
                let outside = installed.filter { !$0.hasPrefix("opt/frames/") }
                #expect(outside == Self.configuration)
                for program in ["stampd", "stampctl", "turnkey-sandbox"] {
                    #expect(installed.contains("opt/frames/bin/\(program)"))
                }
                #expect(installed.contains("opt/frames/lib/stampd/stampd-evidence"))
                try Self.expectPaths(installed, below: root)
                try Self.make(["uninstall"] + settings)
                #expect(try Self.files(below: root) == Self.configuration)
            }
        }
    }

    private static let configuration = ["etc/stampd/courier.conf", "etc/stampd/proxy.conf", "etc/stampd/stampd.json"]

    /// In units and drop-ins nothing is left to fill in, and every program is below PREFIX.
    private static func expectPaths(_ installed: [String], below root: String) throws {
        let units = installed.filter { $0.hasSuffix(".service") || $0.hasSuffix(".socket") || $0.hasSuffix(".conf") }
        #expect(units.count >= 26)
        for unit in units {
            let text = try String(contentsOfFile: "\(root)/\(unit)", encoding: .utf8)
            #expect(text.firstMatch(of: #/@[a-z]+@/#) == nil, "\(unit)")
            for line in text.split(separator: "\n")
            where line.hasPrefix("ExecStart=/") || line.hasPrefix("RootDirectory=") {
                #expect(line.contains("=/opt/frames/"), "\(unit): \(line)")
            }
        }
    }

    private static func make(_ arguments: [String]) throws {
        let process = try ChildProcess(["make", "-C", repository("").path] + arguments)
        try #require(try process.wait() == .exited(0), "\(process.errors.text)")
    }

    /// Files and links, in order.
    private static func files(below root: String) throws -> [String] {
        let all = try FileManager.default.subpathsOfDirectory(atPath: root)
        return all.filter { path in
            let type = try? FileManager.default.attributesOfItem(atPath: "\(root)/\(path)")[.type] as? FileAttributeType
            return type != .typeDirectory
        }.sorted()
    }
}
