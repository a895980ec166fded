// SPDX-License-Identifier: Apache-2.0

/// The allow-list as a program of classic BPF over `struct seccomp_data` (seccomp(2)): number, architecture, arguments.
///
/// A value: it is made without the kernel, and tests can run it without the kernel.
struct SystemCallFilter: Equatable {
    /// `struct sock_filter` of <linux/filter.h>.
    struct Instruction: Equatable {
        let code: UInt16
        var ifTrue: UInt8 = 0
        var ifFalse: UInt8 = 0
        let operand: UInt32
    }

    /// The verdict on a call: SECCOMP_RET_… of <linux/seccomp.h>.
    enum Verdict {
        static let allow: UInt32 = 0x7fff_0000
        static let kill: UInt32 = 0x8000_0000
        /// SECCOMP_RET_ERRNO with EPERM.
        static let refuse: UInt32 = 0x0005_0000 | 1
        /// SECCOMP_RET_ERRNO with ENOSYS, as from a kernel without the call, so that libc falls back to another.
        static let unknown: UInt32 = 0x0005_0000 | 38
    }

    /// The newest known call; those of kernels after 6.10 have greater numbers, on every architecture.
    static let newestKnown: UInt32 = 462
    /// Numbers from here on belong to the x32 ABI (__X32_SYSCALL_BIT).
    static let firstOfX32: UInt32 = 0x4000_0000

    private(set) var instructions: [Instruction] = []

    /// Creates a filter.
    ///
    /// - Parameters:
    ///   - architecture: The architecture of the process.
    ///   - pid: The process's own id: the only process that it may send a signal to, which abort(3) does.
    init(for architecture: Architecture, pid: UInt32) {
        load(Offset.architecture)
        unless(.isEqual, architecture.auditNumber, Verdict.kill)
        load(Offset.number)
        if architecture == .x86 { when(.isAtLeast, Self.firstOfX32, Verdict.kill) }
        for call in SystemCall.ordinary { decide(call, on: architecture, Verdict.allow) }
        for (call, conditions) in Self.conditional(pid: pid) { allow(call, on: architecture, if: conditions) }
        for call in SystemCall.allowed { decide(call, on: architecture, Verdict.allow) }
        for call in SystemCall.fatal { decide(call, on: architecture, Verdict.kill) }
        when(.isAtLeast, Self.newestKnown + 1, Verdict.unknown)
        end(Verdict.refuse)
    }

    /// A condition on an argument: the value of an int, of which the kernel reads 32 bits, or flags limited to certain
    /// bits.
    private struct Condition {
        let argument: UInt32
        var mask = UInt32.max
        let value: UInt32
    }

    private static func conditional(pid: UInt32) -> [(SystemCall, [Condition])] {
        [
            // No executable memory: PROT_EXEC is clear.
            (.map, [Condition(argument: 2, mask: 4, value: 0)]),
            (.protect, [Condition(argument: 2, mask: 4, value: 0)]),
            // Only existing files, and only for reading: O_ACCMODE, O_CREAT and O_TRUNC are clear.
            (.openAt, [Condition(argument: 2, mask: 0o1103, value: 0)]),
            // AF_UNIX and SOCK_DGRAM: the service manager and the journal, but no bus and no other daemon's stream
            // socket.
            (.socket, [Condition(argument: 0, value: 1), Condition(argument: 1, mask: 0xf, value: 2)]),
            // F_GETFD and F_GETFL only; others could make the kernel send signals (F_SETOWN) to any process of the
            // user.
            (.control, [Condition(argument: 1, mask: ~2, value: 1)]),
            // SOL_SOCKET and SO_SNDBUF: how much unread data the kernel holds.
            (.socketOption, [Condition(argument: 1, value: 1), Condition(argument: 2, value: 7)]),
            (.signalThread, [Condition(argument: 0, value: pid)]),
        ]
    }
}

extension SystemCallFilter {
    /// Offsets of the members of `struct seccomp_data`; an argument has 64 bits, the lower half first on both
    /// architectures.
    private enum Offset {
        static let number: UInt32 = 0
        static let architecture: UInt32 = 4
        static func argument(_ index: UInt32) -> UInt32 { 16 + 8 * index }
    }

    /// BPF_JMP | BPF_K.
    private enum Comparison: UInt16 {
        case isEqual = 0x15
        case isAtLeast = 0x35
    }

    /// BPF_LD | BPF_W | BPF_ABS.
    private mutating func load(_ offset: UInt32) { instructions.append(Instruction(code: 0x20, operand: offset)) }

    /// BPF_RET | BPF_K.
    private mutating func end(_ verdict: UInt32) { instructions.append(Instruction(code: 0x06, operand: verdict)) }

    private mutating func when(_ comparison: Comparison, _ value: UInt32, _ verdict: UInt32) {
        instructions.append(Instruction(code: comparison.rawValue, ifFalse: 1, operand: value))
        end(verdict)
    }

    private mutating func unless(_ comparison: Comparison, _ value: UInt32, _ verdict: UInt32) {
        instructions.append(Instruction(code: comparison.rawValue, ifTrue: 1, operand: value))
        end(verdict)
    }

    private mutating func decide(_ call: SystemCall, on architecture: Architecture, _ verdict: UInt32) {
        if let number = call.number(on: architecture) { when(.isEqual, number, verdict) }
    }

    private mutating func allow(_ call: SystemCall, on architecture: Architecture, if conditions: [Condition]) {
        guard let number = call.number(on: architecture) else { return }
        let instructionsPerCondition = 4
        let rest = UInt8(conditions.count * instructionsPerCondition + 1)
        instructions.append(Instruction(code: Comparison.isEqual.rawValue, ifFalse: rest, operand: number))
        for condition in conditions {
            load(Offset.argument(condition.argument))
            // BPF_ALU | BPF_AND | BPF_K.
            instructions.append(Instruction(code: 0x54, operand: condition.mask))
            unless(.isEqual, condition.value, Verdict.refuse)
        }
        end(Verdict.allow)
    }
}
