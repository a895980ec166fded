// SPDX-License-Identifier: Apache-2.0
import Foundation
import Glibc

/// A thread that stops where it is told to, with the dead part of its stack untouched, while another one looks at it.
final class ParkedThread: Sendable {
    private let arrival: (read: CInt, write: CInt)
    private let leave: (read: CInt, write: CInt)

    /// `body` calls `park` of what it is given wherever the other thread shall look.
    init(_ body: @escaping @Sendable (ParkedThread) throws -> Void) throws {
        arrival = try Self.makePipe()
        leave = try Self.makePipe()
        Thread.detachNewThread { [self] in
            let isDone = (try? body(self)) != nil
            var answer: UInt8 = isDone ? 2 : 3
            _ = write(arrival.write, &answer, 1)
        }
    }

    deinit { for file in [arrival.read, arrival.write, leave.read, leave.write] { close(file) } }

    private static func makePipe() throws -> (read: CInt, write: CInt) {
        var files: [CInt] = [-1, -1]
        guard pipe(&files) == 0 else { throw ProcessMemory.Flaw(what: "pipe: errno \(errno)") }
        return (files[0], files[1])
    }

    /// Two bare system calls: they use next to nothing of the stack.
    @inline(never) func park() {
        var byte: UInt8 = 1
        _ = write(arrival.write, &byte, 1)
        _ = read(leave.read, &byte, 1)
    }

    /// Returns once the thread is parked, or through.
    func waitUntilParked() throws { try wait(for: 1) }

    func waitUntilDone() throws { try wait(for: 2) }

    private func wait(for expected: UInt8) throws {
        var byte: UInt8 = 0
        guard read(arrival.read, &byte, 1) == 1, byte == expected else {
            throw ProcessMemory.Flaw(
                what: "the thread sent \(byte), not \(expected): its body failed or parked elsewhere"
            )
        }
    }

    func goOn() {
        var byte: UInt8 = 1
        _ = write(leave.write, &byte, 1)
    }
}
