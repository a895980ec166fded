// SPDX-License-Identifier: Apache-2.0
import Foundation
import Glibc
import Synchronization

/// Asks the person at standard input.
enum Question {
    /// How long it may take to notice that the task was cancelled.
    private static let pollMilliseconds: CInt = 100
    /// More than a terminal passes on at once, which is 4,096 bytes.
    private static let lineLimitBytes = 1 << 16

    /// Whether standard input is a terminal.
    static var canBeAsked: Bool { isatty(STDIN_FILENO) == 1 }

    /// Reads a line, without surrounding white space. `nil` if the input has ended, or the task is cancelled.
    static func ask(_ question: String) async -> String? {
        StandardError.prompt(question + " ")
        let cancellation = Cancellation()
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                Thread.detachNewThread { continuation.resume(returning: readLine(until: cancellation)) }
            }
        } onCancel: {
            cancellation.isCancelled.store(true, ordering: .relaxed)
        }
    }

    /// Reads byte by byte, since what follows the line is for the next reader.
    private static func readLine(until cancellation: Cancellation) -> String? {
        var (line, byte) = ([UInt8](), UInt8(0))
        var wait = pollfd(fd: STDIN_FILENO, events: Int16(POLLIN), revents: 0)
        while !cancellation.isCancelled.load(ordering: .relaxed) {
            guard unsafe poll(&wait, 1, pollMilliseconds) > 0 else { continue }
            let count = unsafe read(STDIN_FILENO, &byte, 1)
            if count < 0, errno == EAGAIN || errno == EINTR { continue }
            guard count > 0, byte != UInt8(ascii: "\n") else {
                guard count > 0 || !line.isEmpty else { return nil }
                return String(decoding: line, as: UTF8.self).trimmingCharacters(in: .whitespaces)
            }
            guard line.count < lineLimitBytes else { return nil }
            line.append(byte)
        }
        return nil
    }

    private final class Cancellation: Sendable {
        let isCancelled = Atomic(false)
    }
}
