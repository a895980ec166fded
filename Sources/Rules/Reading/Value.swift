// SPDX-License-Identifier: Apache-2.0
internal import Varlink

/// A value of the configuration, as a tree: it is small, trusted, and read once.
struct Value {
    enum Content {
        case object([(name: Text, value: Value)])
        case array([Value])
        case text(Text)
        /// As it stands.
        case integer(Text)
        case fraction
        case bool(Bool)
        case null
    }

    let content: Content
    /// Where it stands in the text that was read.
    let range: Range<Int>

    /// Reads one whole JSON text.
    init(reading bytes: Span<UInt8>) throws(JSONError) {
        var nodes = JSONNodes()
        try nodes.read(bytes)
        let reader = JSONReader(bytes)
        var index = 0
        self = try Self(from: nodes, at: &index, reader, bytes)
    }

    private init(
        from nodes: borrowing JSONNodes,
        at index: inout Int,
        _ reader: borrowing JSONReader,
        _ bytes: Span<UInt8>
    ) throws(JSONError) {
        let node = nodes.span[index]
        let token = node.token
        range = token.start..<token.end
        index += 1
        switch token.kind {
        case .object:
            var members: [(Text, Value)] = []
            while index < node.next {
                let name = try reader.text(of: nodes.span[index].token)
                index += 1
                members.append((name, try Value(from: nodes, at: &index, reader, bytes)))
            }
            content = .object(members)
        case .array:
            var elements: [Value] = []
            while index < node.next { elements.append(try Value(from: nodes, at: &index, reader, bytes)) }
            content = .array(elements)
        case .string: content = .text(try reader.text(of: token))
        case .integer: content = .integer(Text(bytes.extracting(range).array))
        case .fraction: content = .fraction
        case .bool: content = .bool(try reader.bool(token))
        case .null: content = .null
        }
    }

    var text: Text? {
        guard case .text(let text) = content else { return nil }
        return text
    }

    var bool: Bool? {
        guard case .bool(let bool) = content else { return nil }
        return bool
    }

    var array: [Value]? {
        guard case .array(let array) = content else { return nil }
        return array
    }

    /// A JSON integer of 64 bits.
    var int: Int64? {
        guard case .integer(let text) = content else { return nil }
        return Int64(text.string)
    }
}

extension JSONReader {
    fileprivate borrowing func text(of token: JSONToken) throws(JSONError) -> Text {
        var bytes: [UInt8] = []
        try append(token, to: &bytes)
        return Text(bytes)
    }
}
