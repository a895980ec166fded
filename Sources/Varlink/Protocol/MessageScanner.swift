// SPDX-License-Identifier: Apache-2.0

/// Finds messages, each ended by one NUL byte, in a buffer that grows at its end. No byte is looked at twice.
///
/// The caller owns the buffer. It appends what it receives, calls `next` until no whole message is left, and may then
/// remove `takeConsumedByteCount()` bytes from the front.
package struct MessageScanner: Sendable {
    /// The result of one step.
    package enum Progress: Equatable, Sendable {
        /// The next message: the range of its bytes in the buffer, without the NUL.
        case message(Range<Int>)
        case needsMore
        /// A message of more than `limitBytes`, complete or not. Every later step has the same result.
        case tooLarge
    }

    /// The longest message where the owner sets no limit: 1 MiB.
    package static let defaultLimitBytes = 1_048_576

    /// The longest message, in bytes without its NUL.
    package let limitBytes: Int
    private var messageStart = 0
    private var scanned = 0
    private var isTooLarge = false

    /// Creates a scanner at the start of an empty buffer; `limitBytes` is the longest message, in bytes without its
    /// NUL.
    package init(limitBytes: Int = Self.defaultLimitBytes) {
        self.limitBytes = limitBytes
    }

    /// Counts the bytes at the end of the buffer that belong to an incomplete message.
    package func pendingByteCount(in buffer: Span<UInt8>) -> Int { max(buffer.count - messageStart, 0) }

    /// Finds the next message in the buffer, which must begin with the bytes of the call before, less those removed
    /// since.
    package mutating func next(in buffer: Span<UInt8>) -> Progress {
        guard !isTooLarge else { return .tooLarge }
        let end = buffer.firstOffset(of: 0, from: scanned, to: buffer.count)
        scanned = end
        guard end - messageStart <= limitBytes else {
            isTooLarge = true
            return .tooLarge
        }
        guard end < buffer.count else { return .needsMore }
        let message = messageStart..<end
        messageStart = end + 1
        scanned = messageStart
        return .message(message)
    }

    /// Puts back the message found last, so that the next step finds it again. The bytes must not have moved meanwhile.
    package mutating func putBack(_ message: Range<Int>) {
        messageStart = message.lowerBound
        scanned = message.upperBound
    }

    /// Takes the number of bytes at the buffer's front that belong to messages already found. The caller must then
    /// remove exactly these, and ranges returned earlier are void.
    package mutating func takeConsumedByteCount() -> Int {
        let consumed = messageStart
        scanned -= consumed
        messageStart = 0
        return consumed
    }
}
