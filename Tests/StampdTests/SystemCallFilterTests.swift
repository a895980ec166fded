// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

@testable import stampd

@Suite("the filter of system calls")
struct SystemCallFilterTests {
    static let pid: UInt32 = 4711

    /// What the filter makes of a call; nil where the architecture does not have it.
    static func verdict(_ call: SystemCall, _ arguments: [UInt64] = [], on architecture: Architecture) throws -> UInt32?
    {
        guard let number = call.number(on: architecture) else { return nil }
        return try verdict(number, arguments, on: architecture)
    }

    static func verdict(_ number: UInt32, _ arguments: [UInt64] = [], on architecture: Architecture) throws -> UInt32 {
        try FilterMachine(filter: SystemCallFilter(for: architecture, pid: pid))
            .run(number, arguments, auditNumber: architecture.auditNumber)
    }

    @Test(
        "a number has one verdict: allowed where it is listed, fatal where it is, else EPERM",
        arguments: Architecture.allCases
    )
    func everyNumber(_ architecture: Architecture) throws {
        let allowed = Set((SystemCall.ordinary + SystemCall.allowed).compactMap { $0.number(on: architecture) })
        let fatal = Set(SystemCall.fatal.compactMap { $0.number(on: architecture) })
        let conditional = Set(
            [SystemCall.map, .protect, .socket, .openAt, .control, .signalThread].compactMap { call in
                call.number(on: architecture)
            }
        )
        #expect(allowed.isDisjoint(with: fatal))
        #expect(conditional.isDisjoint(with: allowed.union(fatal)))
        for number in 0...SystemCallFilter.newestKnown where !conditional.contains(number) {
            let expected =
                if allowed.contains(number) { SystemCallFilter.Verdict.allow } else if fatal.contains(number) {
                    SystemCallFilter.Verdict.kill
                } else { SystemCallFilter.Verdict.refuse }
            #expect(try Self.verdict(number, on: architecture) == expected, "call \(number)")
        }
    }

    @Test("calls of newer kernels are answered as by a kernel without them", arguments: Architecture.allCases)
    func newer(_ architecture: Architecture) throws {
        for number in [SystemCallFilter.newestKnown + 1, 1000] {
            #expect(try Self.verdict(number, on: architecture) == SystemCallFilter.Verdict.unknown)
        }
    }

    @Test("another architecture's calls are fatal, whatever their number", arguments: Architecture.allCases)
    func foreign(_ architecture: Architecture) throws {
        let machine = FilterMachine(filter: SystemCallFilter(for: architecture, pid: Self.pid))
        // i386, 32-bit ARM, and the respective other one.
        let others = Architecture.allCases.map(\.auditNumber).filter { $0 != architecture.auditNumber }
        for auditNumber in others + [0x4000_0003, 0x4000_0028] {
            for number: UInt32 in [0, 1, 22, 39, 232] {
                #expect(try machine.run(number, auditNumber: auditNumber) == SystemCallFilter.Verdict.kill)
            }
        }
    }

    @Test("x32 is fatal, also for the numbers that are allowed without its bit")
    func x32() throws {
        for call in SystemCall.ordinary + SystemCall.allowed {
            guard let number = call.number(on: .x86) else { continue }
            let verdict = try Self.verdict(number | SystemCallFilter.firstOfX32, on: .x86)
            #expect(verdict == SystemCallFilter.Verdict.kill, "\(call.name)")
        }
    }

    struct Row: CustomTestStringConvertible, Sendable {
        let testDescription: String
        let call: SystemCall
        let arguments: [UInt64]
        let isAllowed: Bool
    }

    @Test(
        "arguments decide",
        arguments: [
            Row("memory to read and write", .map, [0, 4096, 3], true),
            Row("memory that is code", .map, [0, 4096, 5], false),
            Row("memory that is code, above 32 bits as well", .map, [0, 4096, 0x1_0000_0004], false),
            Row("memory that is written and code", .protect, [0, 4096, 7], false),
            Row("memory between guards", .protect, [0, 4096, 0], true),
            Row("a Unix datagram socket", .socket, [1, 0o2004002, 0], true),
            Row("a Unix stream socket", .socket, [1, 1, 0], false),
            Row("a Unix stream socket, close-on-exec", .socket, [1, 0o2000001, 0], false),
            Row("a TCP socket", .socket, [2, 1, 0], false),
            Row("a UDP socket", .socket, [2, 2, 0], false),
            Row("a netlink socket", .socket, [16, 2, 0], false),
            Row("a packet socket", .socket, [17, 2, 0], false),
            Row("a file for reading", .openAt, [~99, 0, 0o2000000], true),
            Row("a file for writing", .openAt, [~99, 0, 1], false),
            Row("a file for both", .openAt, [~99, 0, 2], false),
            Row("a new file", .openAt, [~99, 0, 0o100], false),
            Row("a file that is cut", .openAt, [~99, 0, 0o1000], false),
            Row("a descriptor's flags", .control, [3, 1], true),
            Row("a file's flags", .control, [3, 3], true),
            Row("a file's flags to be set, O_ASYNC among them", .control, [3, 4, 0o20000], false),
            Row("whom the kernel shall send signals", .control, [3, 8, 1], false),
            Row("whom the kernel shall send signals, by kind", .control, [3, 15, 0], false),
            Row("which signal it shall send", .control, [3, 10, 9], false),
            Row("a lease", .control, [3, 1024, 1], false),
            Row("a signal to itself", .signalThread, [UInt64(pid), 4712, 6], true),
            Row("a signal to another", .signalThread, [1, 1, 9], false),
        ]
    )
    func arguments(_ row: Row) throws {
        for architecture in Architecture.allCases {
            let expected = row.isAllowed ? SystemCallFilter.Verdict.allow : SystemCallFilter.Verdict.refuse
            #expect(try Self.verdict(row.call, row.arguments, on: architecture) == expected)
        }
    }

    @Test("a program is within the kernel's limits, and every path through it ends", arguments: Architecture.allCases)
    func bounds(_ architecture: Architecture) {
        let instructions = SystemCallFilter(for: architecture, pid: Self.pid).instructions
        #expect(instructions.count <= 4096)
        #expect(instructions.last?.code == 0x06)
        for (index, step) in instructions.enumerated() where step.code == 0x15 || step.code == 0x35 {
            #expect(index + 1 + Int(max(step.ifTrue, step.ifFalse)) < instructions.count)
        }
    }

    private static let x86Header = "/usr/include/x86_64-linux-gnu/asm/unistd_64.h"
    private static let armHeader = "/usr/include/asm-generic/unistd.h"

    @Test(
        "numbers on x86-64 are those of the kernel's headers",
        .enabled(if: FileManager.default.fileExists(atPath: x86Header), "no headers of a kernel for x86-64")
    )
    func x86Numbers() throws { try Self.expectNumbers(of: Self.x86Header, on: .x86) }

    @Test(
        "numbers on arm64 are those of the kernel's headers",
        .enabled(if: FileManager.default.fileExists(atPath: armHeader), "no generic headers of a kernel")
    )
    func armNumbers() throws { try Self.expectNumbers(of: Self.armHeader, on: .arm) }

    private static func expectNumbers(of header: String, on architecture: Architecture) throws {
        let calls =
            SystemCall.ordinary + SystemCall.allowed + SystemCall.fatal
            + [.map, .protect, .socket, .openAt, .control, .signalThread]
        let numbers = numbers(in: try String(contentsOfFile: header, encoding: .utf8))
        for call in calls {
            guard let number = call.number(on: architecture) else { continue }
            #expect(numbers[call.name.description] == number, "\(call.name)")
        }
    }

    /// `#define __NR_read 0`; asm-generic also writes `__NR3264_mmap`, of which 64-bit machines make `mmap`.
    private static func numbers(in header: String) -> [String: UInt32] {
        var numbers: [String: UInt32] = [:]
        for line in header.split(separator: "\n") {
            let words = line.split { $0 == " " || $0 == "\t" }
            guard words.count >= 3, words[0] == "#define", let number = UInt32(words[2]) else { continue }
            for prefix in ["__NR_", "__NR3264_"] where words[1].hasPrefix(prefix) {
                let name = String(words[1].dropFirst(prefix.count))
                numbers[name == "fstatat" ? "newfstatat" : name] = number
            }
        }
        return numbers
    }
}

extension SystemCallFilterTests.Row {
    init(_ description: String, _ call: SystemCall, _ arguments: [UInt64], _ isAllowed: Bool) {
        self.init(testDescription: description, call: call, arguments: arguments, isAllowed: isAllowed)
    }
}
