// SPDX-License-Identifier: Apache-2.0
import Testing
import Varlink

@Suite("Messages in a stream") struct MessageScannerTests {
    private let texts = ["", "a", "{\"method\":\"x\"}", String(repeating: "y", count: 40), "", "zzzzzzzz", "1234567"]

    /// What a connection does: append a piece, take the messages, drop what was consumed.
    private func receive(
        _ piece: ArraySlice<UInt8>,
        _ buffer: inout [UInt8],
        _ scanner: inout MessageScanner
    ) -> (messages: [[UInt8]], end: MessageScanner.Progress) {
        buffer += piece
        var messages: [[UInt8]] = []
        while true {
            let progress = scanner.next(in: buffer.span)
            guard case .message(let range) = progress else {
                buffer.removeFirst(scanner.takeConsumedByteCount())
                return (messages, progress)
            }
            messages.append(Array(buffer[range]))
        }
    }

    @Test("messages split at every byte boundary come out whole and in order") func splits() {
        let messages = texts.map { Array($0.utf8) }
        let stream = messages.flatMap { $0 + [0 as UInt8] }
        for first in 0...stream.count {
            for second in first...stream.count {
                var (buffer, scanner, found) = ([UInt8](), MessageScanner(), [[UInt8]]())
                for piece in [stream[..<first], stream[first..<second], stream[second...]] {
                    let (more, end) = receive(piece, &buffer, &scanner)
                    found += more
                    #expect(end == .needsMore)
                }
                #expect(found == messages, "split at \(first) and \(second)")
                #expect(buffer.isEmpty)
            }
        }
    }

    @Test("messages that come byte by byte, or are kept until the end, are the same") func byteByByte() {
        let messages = texts.map { Array($0.utf8) }
        let stream = messages.flatMap { $0 + [0 as UInt8] }
        var (buffer, scanner, found) = ([UInt8](), MessageScanner(), [[UInt8]]())
        for index in stream.indices { found += receive(stream[index...index], &buffer, &scanner).messages }
        #expect(found == messages)

        (scanner, found) = (MessageScanner(), [])
        for end in 1...stream.count {
            let part = Array(stream[..<end])
            while case .message(let range) = scanner.next(in: part.span) { found.append(Array(part[range])) }
        }
        #expect(found == messages)
        #expect(scanner.takeConsumedByteCount() == stream.count)
    }

    @Test("a message of the limit is read, one byte more is too large, with or without its NUL") func limit() {
        for limit in [1, 7, 8, 100] {
            let whole = [UInt8](repeating: 1, count: limit)
            var scanner = MessageScanner(limitBytes: limit)
            #expect(scanner.next(in: whole.span) == .needsMore)
            #expect(scanner.next(in: (whole + [0]).span) == .message(0..<limit))
            scanner = MessageScanner(limitBytes: limit)
            #expect(scanner.next(in: (whole + [1]).span) == .tooLarge)
            #expect(scanner.next(in: [0].span) == .tooLarge, "the answer stays")
            scanner = MessageScanner(limitBytes: limit)
            #expect(scanner.next(in: (whole + [1, 0]).span) == .tooLarge)
        }
        #expect(MessageScanner().limitBytes == 1_048_576)
    }

    @Test("messages before one that is too large are read first") func messageBeforeTooLarge() {
        var (buffer, scanner) = ([UInt8](), MessageScanner(limitBytes: 3))
        let (messages, end) = receive([1, 2, 3, 0, 4, 0, 5, 5, 5, 5], &buffer, &scanner)
        #expect(messages == [[1, 2, 3], [4]] && end == .tooLarge)
    }

    @Test("a message that was put back is found again, before what is behind it, also once what was before it is gone")
    func putBack() {
        var (buffer, scanner): ([UInt8], MessageScanner) = ([1, 0, 2, 2, 0, 3], MessageScanner())
        #expect(scanner.next(in: buffer.span) == .message(0..<1))
        #expect(scanner.next(in: buffer.span) == .message(2..<4))
        scanner.putBack(2..<4)
        let consumed = scanner.takeConsumedByteCount()
        #expect(consumed == 2)
        buffer.removeFirst(consumed)
        for _ in 0..<2 {
            #expect(scanner.next(in: buffer.span) == .message(0..<2))
            scanner.putBack(0..<2)
            #expect(scanner.takeConsumedByteCount() == 0)
        }
        buffer += [0]
        #expect(scanner.next(in: buffer.span) == .message(0..<2))
        #expect(scanner.next(in: buffer.span) == .message(3..<4))
        #expect(scanner.takeConsumedByteCount() == buffer.count)
    }

    @Test("the bytes of a message that is not whole are counted") func pending() {
        var scanner = MessageScanner()
        let bytes: [UInt8] = [1, 0, 2, 3]
        #expect(scanner.next(in: bytes.span) == .message(0..<1))
        #expect(scanner.next(in: bytes.span) == .needsMore)
        #expect(scanner.pendingByteCount(in: bytes.span) == 2)
    }
}
