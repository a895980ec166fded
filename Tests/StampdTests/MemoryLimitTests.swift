// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

@testable import stampd

@Suite("the memory that peers may take")
struct MemoryLimitTests {
    private static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    private static let unitBytes = 192 * 1024 * 1024

    @Test(
        "each unit passes what its MemoryMax= is",
        arguments: [
            "systemd/system/stampd@.service.in", "systemd/user/stampd.service.in",
            "systemd/drop-ins/user-configuration.conf", "systemd/drop-ins/user-keep-state.conf",
        ]
    )
    func unit(_ path: String) throws {
        let lines = try String(contentsOf: Self.root.appending(path: path), encoding: .utf8).split(separator: "\n")
        let command = try #require(lines.last { $0.hasPrefix("ExecStart=@") })
        #expect(command.contains(" --memory-limit \(Self.unitBytes) "))
        guard path.hasSuffix(".in") else { return }
        #expect(lines.contains("MemoryMax=192M"))
    }

    @Test("the worst case of the defaults fits the units, with a fifth to spare")
    func defaults() {
        #expect(MemoryBudget(of: Configuration()).byteCount < Self.unitBytes * 4 / 5)
    }

    @Test(
        "a configuration beyond the limit is refused by the setting that takes most",
        arguments: [
            ("maximumConnections", #"{"maximumConnections": 16384}"#),
            ("maximumReadingBytes", #"{"maximumReadingBytes": 1073741824}"#),
            ("maximumOutputBytes", #"{"maximumOutputBytes": 1073741824}"#),
            ("maximumMessageBytes", #"{"maximumMessageBytes": 16777216, "maximumReadingBytes": 33554432}"#),
            ("maximumWaitingRecords", #"{"maximumWaitingRecords": 65536}"#),
        ]
    )
    func refused(_ name: String, _ text: String) throws {
        let reader = ConfigurationReader(Array(text.utf8).span)
        #expect(reader.faults.isEmpty)
        var configuration = reader.configuration
        #expect(configuration.conflicts.isEmpty)
        configuration.memoryLimitBytes = Int64(Self.unitBytes) / 2
        let messages = configuration.conflicts.map { $0.message(naming: \.name) }
        #expect(messages.count == 1)
        #expect(messages.first?.contains("memoryLimit allows 100663296: lower \(name), or") == true)
        #expect(MemoryBudget(of: configuration).largest.name == name)
    }
}
