// SPDX-License-Identifier: Apache-2.0
internal import Varlink

/// A value of the configuration, as a tree: it is small, trusted, and read once.
package struct Value: Sendable {
    enum Content: Sendable {
        case object([(name: Text, value: Value)])
        case array([Value])
        case text(Text)
        /// The number as it stands.
        case integer(Text)
        case fraction
        case bool(Bool)
        case null
    }

    let content: Content
    /// The value's range in the text; for a string without its quotation marks.
    package let range: Range<Int>

    /// Reads one whole JSON text, strictly.
    ///
    /// - Throws: One fault, without a socket.
    package static func read(_ text: Span<UInt8>) throws(RuleFault) -> Value {
        do throws(JSONError) { return try Value(reading: text) } catch {
            throw RuleFault(socket: "", rule: nil, member: "", message: error.message)
        }
    }

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

    /// An object's members in their order; nil for another value.
    package var members: [(name: String, value: Value)]? {
        guard case .object(let members) = content else { return nil }
        return members.map { ($0.name.string, $0.value) }
    }

    /// A string's text; nil for another value.
    package var text: Text? {
        guard case .text(let text) = content else { return nil }
        return text
    }

    /// A truth value; nil for another value.
    package var bool: Bool? {
        guard case .bool(let bool) = content else { return nil }
        return bool
    }

    /// An array's elements; nil for another value.
    package var array: [Value]? {
        guard case .array(let array) = content else { return nil }
        return array
    }

    /// Whether the value is null.
    package var isNull: Bool {
        guard case .null = content else { return false }
        return true
    }

    /// An integer of 64 bits; nil for another value.
    package var int: Int64? {
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
