// SPDX-License-Identifier: Apache-2.0

/// The names met so far in one object, to refuse one that stands twice.
///
/// The first eight are kept in place and compared one by one: every object of our interfaces fits. Further ones go to
/// an array that is sorted at the object's end, so that an object of many names costs n log n comparisons, not n².
/// Measured: the worst mebibyte takes 18 ms and, while it is read, four times its size.
struct JSONObjectNames {
    /// A name without escapes is a range of the text; one with escapes is a range of `unescaped`.
    private struct Name {
        var start: UInt32 = 0
        var end: UInt32 = 0
        var isUnescaped = false

        var range: Range<Int> { Int(start)..<Int(end) }
    }

    private static let inPlace = 8
    private var first = InlineArray<8, Name>(repeating: Name())
    private var firstCount = 0
    private var all: [Name] = []
    private var unescaped: [UInt8] = []

    mutating func add(_ token: JSONToken, in reader: JSONReader) throws(JSONError) {
        let name = try makeName(token, in: reader)
        guard firstCount == Self.inPlace else {
            for index in 0..<firstCount where areEqual(first[index], name, in: reader.bytes) {
                throw JSONError(reason: .duplicateName, offset: token.start)
            }
            first[firstCount] = name
            firstCount += 1
            return
        }
        if all.isEmpty { for index in 0..<firstCount { all.append(first[index]) } }
        all.append(name)
    }

    /// Compares the names of an object of more than eight members, whose end the reader has reached.
    mutating func finish(in reader: JSONReader) throws(JSONError) {
        guard !all.isEmpty else { return }
        var sorted = all
        all = []
        sorted.sort { one, other in precedes(one, other, in: reader.bytes) }
        for index in 1..<sorted.count where areEqual(sorted[index - 1], sorted[index], in: reader.bytes) {
            throw reader.error(.duplicateName)
        }
    }

    private mutating func makeName(_ token: JSONToken, in reader: JSONReader) throws(JSONError) -> Name {
        var range = token.start..<token.end
        if token.hasEscapes {
            let start = unescaped.count
            try reader.append(token, to: &unescaped)
            range = start..<unescaped.count
        }
        guard let start = UInt32(exactly: range.lowerBound), let end = UInt32(exactly: range.upperBound) else {
            throw JSONError(reason: .tooLong, offset: token.start)
        }
        return Name(start: start, end: end, isUnescaped: token.hasEscapes)
    }

    private func areEqual(_ one: Name, _ other: Name, in bytes: Span<UInt8>) -> Bool {
        guard one.range.count == other.range.count else { return false }
        return text(of: one, in: bytes).equals(text(of: other, in: bytes))
    }

    private func precedes(_ one: Name, _ other: Name, in bytes: Span<UInt8>) -> Bool {
        let (left, right) = (text(of: one, in: bytes), text(of: other, in: bytes))
        for offset in 0..<min(left.count, right.count) where left[offset] != right[offset] {
            return left[offset] < right[offset]
        }
        return left.count < right.count
    }

    @_lifetime(borrow self, copy bytes)
    private func text(of name: Name, in bytes: Span<UInt8>) -> Span<UInt8> {
        name.isUnescaped ? unescaped.span.extracting(name.range) : bytes.extracting(name.range)
    }
}
