// SPDX-License-Identifier: Apache-2.0

/// Finds messages, each ended by one NUL byte, in a buffer that grows at its end. No byte is looked at twice.
///
/// The caller owns the buffer: it appends what it receives, asks `next` until there is no whole message left, and drops
/// `takeConsumedByteCount()` bytes from the front when it likes.
package struct MessageScanner: Sendable {
    package enum Progress: Equatable, Sendable {
        /// A message: the range of its bytes in the buffer, without the NUL.
        case message(Range<Int>)
        case needsMore
        /// A message of more than `limitBytes`, whole or not. Every further answer is the same.
        case tooLarge
    }

    package static let defaultLimitBytes = 1_048_576

    /// The longest message, in bytes without its NUL.
    package let limitBytes: Int
    private var messageStart = 0
    private var scanned = 0
    private var isTooLarge = false

    package init(limitBytes: Int = Self.defaultLimitBytes) {
        self.limitBytes = limitBytes
    }

    /// Bytes at the end of the buffer that belong to a message that is not whole yet.
    package func pendingByteCount(in buffer: Span<UInt8>) -> Int { max(buffer.count - messageStart, 0) }

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

    /// Puts back the message that was found last: it is found again next. Where its bytes lie must not have changed.
    package mutating func putBack(_ message: Range<Int>) {
        messageStart = message.lowerBound
        scanned = message.upperBound
    }

    /// How many bytes at the buffer's front belong to messages already found. The caller must now remove exactly these;
    /// ranges answered before are void.
    package mutating func takeConsumedByteCount() -> Int {
        let consumed = messageStart
        scanned -= consumed
        messageStart = 0
        return consumed
    }
}
