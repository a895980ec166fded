// SPDX-License-Identifier: Apache-2.0

/// One value of a JSON text, or one member's name: its kind, its place in the text, and the index of the node that
/// follows it.
///
/// A node takes 16 bytes; a text of n bytes makes at most n / 2 + 1 nodes.
package struct JSONNode: Sendable {
    private let start: UInt32
    private let end: UInt32
    private let following: UInt32
    /// The value's type.
    package let kind: JSONToken.Kind
    private let hasEscapes: Bool

    fileprivate init(_ token: JSONToken, next: Int) {
        // Does not truncate: `read` refuses texts too long for 32 bits before it reads them.
        start = UInt32(truncatingIfNeeded: token.start)
        end = UInt32(truncatingIfNeeded: token.end)
        following = UInt32(truncatingIfNeeded: next)
        kind = token.kind
        hasEscapes = token.hasEscapes
    }

    /// The node as a token, for the readers that take one.
    package var token: JSONToken { JSONToken(kind, Int(start), Int(end), hasEscapes: hasEscapes) }

    /// Index of the first node behind this one and everything it contains.
    package var next: Int { Int(following) }
}

/// A JSON text as a flat list of nodes in the order of the text: an object is followed by its members, each a name and
/// a value, and an array by its elements.
///
/// The nodes hold no bytes of the text, so reading copies nothing. The owner reads text after text into the same list,
/// so that a text of ordinary size allocates nothing.
package struct JSONNodes: Sendable {
    private var all: [JSONNode] = []
    /// Nodes for which memory is kept from one reading to the next.
    private static let keptCapacity = 1024

    /// Creates an empty list.
    package init() {}

    /// The nodes of the text that was read last.
    package var span: Span<JSONNode> {
        @_lifetime(borrow self)
        get { all.span }
    }

    /// Replaces the list with the nodes of one whole text, read as strictly as by `JSONReader`; only white space may
    /// follow the value.
    ///
    /// - Parameters:
    ///   - bytes: The text, in UTF-8.
    ///   - maximumDepth: How many objects and arrays may be nested, the outermost counted as 1.
    /// - Throws: Any `JSONError`; the list must not be used then.
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
