// SPDX-License-Identifier: Apache-2.0
import Testing
import Varlink

@Suite("Frames in a stream") struct FrameScannerTests {
    private let texts = ["", "a", "{\"method\":\"x\"}", String(repeating: "y", count: 40), "", "zzzzzzzz", "1234567"]

    /// What a connection does: append a piece, take the frames, drop what was consumed.
    private func receive(
        _ piece: ArraySlice<UInt8>,
        _ buffer: inout [UInt8],
        _ scanner: inout FrameScanner
    ) -> (frames: [[UInt8]], end: FrameScanner.Progress) {
        buffer += piece
        var frames: [[UInt8]] = []
        while true {
            let progress = scanner.next(in: buffer.span)
            guard case .frame(let range) = progress else {
                buffer.removeFirst(scanner.takeConsumedByteCount())
                return (frames, progress)
            }
            frames.append(Array(buffer[range]))
        }
    }

    @Test("frames split at every byte boundary come out whole and in order") func splits() {
        let frames = texts.map { Array($0.utf8) }
        let stream = frames.flatMap { $0 + [0 as UInt8] }
        for first in 0...stream.count {
            for second in first...stream.count {
                var (buffer, scanner, found) = ([UInt8](), FrameScanner(), [[UInt8]]())
                for piece in [stream[..<first], stream[first..<second], stream[second...]] {
                    let (more, end) = receive(piece, &buffer, &scanner)
                    found += more
                    #expect(end == .needsMore)
                }
                #expect(found == frames, "split at \(first) and \(second)")
                #expect(buffer.isEmpty)
            }
        }
    }

    @Test("frames that come byte by byte, or are kept until the end, are the same") func byteByByte() {
        let frames = texts.map { Array($0.utf8) }
        let stream = frames.flatMap { $0 + [0 as UInt8] }
        var (buffer, scanner, found) = ([UInt8](), FrameScanner(), [[UInt8]]())
        for index in stream.indices { found += receive(stream[index...index], &buffer, &scanner).frames }
        #expect(found == frames)

        (scanner, found) = (FrameScanner(), [])
        for end in 1...stream.count {
            let part = Array(stream[..<end])
            while case .frame(let range) = scanner.next(in: part.span) { found.append(Array(part[range])) }
        }
        #expect(found == frames)
        #expect(scanner.takeConsumedByteCount() == stream.count)
    }

    @Test("a frame of the limit is read, one byte more is too large, with or without its NUL") func limit() {
        for limit in [1, 7, 8, 100] {
            let whole = [UInt8](repeating: 1, count: limit)
            var scanner = FrameScanner(limitBytes: limit)
            #expect(scanner.next(in: whole.span) == .needsMore)
            #expect(scanner.next(in: (whole + [0]).span) == .frame(0..<limit))
            scanner = FrameScanner(limitBytes: limit)
            #expect(scanner.next(in: (whole + [1]).span) == .tooLarge)
            #expect(scanner.next(in: [0].span) == .tooLarge, "the answer stays")
            scanner = FrameScanner(limitBytes: limit)
            #expect(scanner.next(in: (whole + [1, 0]).span) == .tooLarge)
        }
        #expect(FrameScanner().limitBytes == 1_048_576)
    }

    @Test("frames before one that is too large are read first") func frameBeforeTooLarge() {
        var (buffer, scanner) = ([UInt8](), FrameScanner(limitBytes: 3))
        let (frames, end) = receive([1, 2, 3, 0, 4, 0, 5, 5, 5, 5], &buffer, &scanner)
        #expect(frames == [[1, 2, 3], [4]] && end == .tooLarge)
    }

    @Test("the bytes of a frame that is not whole are counted") func pending() {
        var scanner = FrameScanner()
        let bytes: [UInt8] = [1, 0, 2, 3]
        #expect(scanner.next(in: bytes.span) == .frame(0..<1))
        #expect(scanner.next(in: bytes.span) == .needsMore)
        #expect(scanner.pendingByteCount(in: bytes.span) == 2)
    }
}
