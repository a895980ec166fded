// SPDX-License-Identifier: Apache-2.0
@testable import stampd

/// Runs a filter as the kernel would: classic BPF over `struct seccomp_data`, as far as a filter of ours uses it.
struct FilterMachine {
    let filter: SystemCallFilter

    enum Flaw: Error {
        case unknownCode(UInt16)
        case outside
    }

    /// - Returns: The verdict.
    func run(_ number: UInt32, _ arguments: [UInt64] = [], auditNumber: UInt32) throws -> UInt32 {
        var words = [number, auditNumber, 0, 0]
        for index in 0..<6 {
            let argument = index < arguments.count ? arguments[index] : 0
            words += [UInt32(truncatingIfNeeded: argument), UInt32(truncatingIfNeeded: argument >> 32)]
        }
        var (counter, accumulator) = (0, UInt32(0))
        while counter < filter.instructions.count {
            let step = filter.instructions[counter]
            counter += 1
            switch step.code {
            case 0x20:
                guard step.operand % 4 == 0, step.operand / 4 < words.count else { throw Flaw.outside }
                accumulator = words[Int(step.operand / 4)]
            case 0x54: accumulator &= step.operand
            case 0x15: counter += Int(accumulator == step.operand ? step.ifTrue : step.ifFalse)
            case 0x35: counter += Int(accumulator >= step.operand ? step.ifTrue : step.ifFalse)
            case 0x06: return step.operand
            default: throw Flaw.unknownCode(step.code)
            }
        }
        throw Flaw.outside
    }
}
