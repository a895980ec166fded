// SPDX-License-Identifier: Apache-2.0

/// A value of a JSON text, or a member's name: what it is, where it stands, and where its successor is among the nodes.
///
/// 16 bytes: a text of n bytes makes at most n / 2 + 1 nodes.
package struct JSONNode: Sendable {
    private let start: UInt32
    private let end: UInt32
    private let following: UInt32
    package let kind: JSONToken.Kind
    private let hasEscapes: Bool

    fileprivate init(_ token: JSONToken, next: Int) {
        // A text that is longer is refused before it is read.
        start = UInt32(truncatingIfNeeded: token.start)
        end = UInt32(truncatingIfNeeded: token.end)
        following = UInt32(truncatingIfNeeded: next)
        kind = token.kind
        hasEscapes = token.hasEscapes
    }

    package var token: JSONToken { JSONToken(kind, Int(start), Int(end), hasEscapes: hasEscapes) }

    /// Index of the first node behind this one and all that it holds.
    package var next: Int { Int(following) }
}

/// A JSON text as a flat list of nodes, in the order of the text: an object is followed by its members, each a name and
/// a value; an array by its elements. They hold no bytes of the text, so that reading copies nothing.
///
/// Kept by its owner and read into again, so that a text of usual size allocates nothing.
package struct JSONNodes: Sendable {
    private var all: [JSONNode] = []
    /// What is kept from one reading to the next.
    private static let keptCapacity = 1024

    package init() {}

    package var span: Span<JSONNode> {
        @_lifetime(borrow self)
        get { all.span }
    }

    /// Reads one whole text, strictly: as `JSONReader`, with nothing but white space behind it.
    package mutating func read(
        _ bytes: Span<UInt8>,
        maximumDepth: Int = JSONReader.defaultMaximumDepth
    ) throws(JSONError) {
        guard bytes.count < Int(UInt32.max) else { throw JSONError(reason: .tooLong, offset: 0) }
        if all.capacity > Self.keptCapacity { all = [] }
        all.removeAll(keepingCapacity: true)
        var reader = JSONReader(bytes, maximumDepth: maximumDepth)
        try readValue(from: &reader)
        try reader.end()
    }

    private mutating func readValue(from reader: inout JSONReader) throws(JSONError) {
        reader.skipWhiteSpace()
        let start = reader.offset
        switch try reader.currentByte() {
        case UInt8(ascii: "{"):
            let index = open(.object, start)
            var object = try reader.beginObject()
            while let name = try reader.nextName(in: &object) {
                append(name)
                try readValue(from: &reader)
            }
            close(index, .object, start, reader.offset)
        case UInt8(ascii: "["):
            let index = open(.array, start)
            var array = try reader.beginArray()
            while try reader.nextElement(in: &array) { try readValue(from: &reader) }
            close(index, .array, start, reader.offset)
        default: append(try reader.value())
        }
    }

    private mutating func append(_ token: JSONToken) {
        all.append(JSONNode(token, next: all.count + 1))
    }

    private mutating func open(_ kind: JSONToken.Kind, _ start: Int) -> Int {
        append(JSONToken(kind, start, start))
        return all.count - 1
    }

    private mutating func close(_ index: Int, _ kind: JSONToken.Kind, _ start: Int, _ end: Int) {
        all[index] = JSONNode(JSONToken(kind, start, end), next: all.count)
    }
}
