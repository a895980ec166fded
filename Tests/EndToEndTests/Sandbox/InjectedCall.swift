// SPDX-License-Identifier: Apache-2.0
import Testing

/// A system call that a test makes a frame perform.
struct InjectedCall: CustomTestStringConvertible, Encodable {
    /// A value in a register.
    enum Argument: Encodable, ExpressibleByIntegerLiteral, ExpressibleByStringLiteral, ExpressibleByStringInterpolation
    {
        case number(Int)
        /// The address of a text, which ends in NUL.
        case text(String)
        /// The stack pointer, rounded down to a multiple.
        case stack(multipleOf: Int)

        init(integerLiteral value: Int) { self = .number(value) }
        init(stringLiteral value: String) { self = .text(value) }

        func encode(to encoder: any Encoder) throws {
            var container = encoder.singleValueContainer()
            switch self {
            case .number(let value): try container.encode(value)
            case .text(let value): try container.encode(value)
            case .stack(let size): try container.encode(["stack": size])
            }
        }
    }

    let testDescription: String
    /// Its number on this machine's architecture; nil where that does not have it.
    let number: Int?
    let arguments: [Argument]

    /// - Parameters:
    ///   - name: What the kernel's headers call it.
    ///   - x86: The number in `asm/unistd_64.h`.
    ///   - arm: The number in `asm-generic/unistd.h`; nil where the call is not there.
    ///   - arguments: At most six.
    init(_ name: String, x86: Int, arm: Int?, _ arguments: Argument...) {
        #if arch(x86_64)
        number = x86
        #else
        number = arm
        #endif
        testDescription = "\(name)(\(arguments.map { "\($0)" }.joined(separator: ", ")))"
        self.arguments = arguments
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.unkeyedContainer()
        try container.encode(number)
        for argument in arguments { try container.encode(argument) }
    }
}
