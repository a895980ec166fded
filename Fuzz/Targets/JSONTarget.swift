// SPDX-License-Identifier: Apache-2.0
// Covers: Sources/Varlink/JSON
// Words: json
import Varlink

extension FuzzTarget {
    /// The bytes are a JSON text.
    static let json = FuzzTarget(name: "json") { (bytes) throws(BrokenClaim) in
        let error = jsonError(in: bytes)
        guard let reference = ReferenceJSON(bytes) else {
            try claim("what the reference refuses is refused", error != nil)
            try claim("an error is somewhere in the text", error.map { (0...bytes.count).contains($0.offset) } == true)
            try claim("an error has words", error?.message.isEmpty == false)
            var nodes = JSONNodes()
            do throws(JSONError) { try nodes.read(bytes.span) } catch {
                return try claim("nodes are refused for the same", error == jsonError(in: bytes))
            }
            throw BrokenClaim(claim: "nodes of a refused text are refused")
        }
        try claim("what the reference reads is read", error == nil)
        try checkTree(bytes, reference)
        try checkBudget(bytes, reference)
        try checkEnd(bytes, reference)
        try checkWriter(reference)
    }

    private static func jsonError(in bytes: [UInt8], budget: JSONBudget = JSONBudget()) -> JSONError? {
        var reader = JSONReader(bytes.span)
        reader.budget = budget
        do throws(JSONError) {
            _ = try reader.value()
            try reader.end()
        } catch { return error }
        return nil
    }

    private static func checkTree(_ bytes: [UInt8], _ reference: ReferenceJSON) throws(BrokenClaim) {
        // Longer than what is kept from one text to the next, first.
        var nodes = JSONNodes()
        let long = Array("[".utf8) + Array(repeating: "0,", count: 1100).joined().utf8 + Array("0]".utf8)
        do throws(JSONError) {
            if bytes.first == UInt8(ascii: " ") { try nodes.read(long.span) }
            try nodes.read(bytes.span)
        } catch { throw BrokenClaim(claim: "nodes are read: \(error.message)") }
        var index = 0
        let read = try tree(nodes.span, bytes, &index)
        try claim("the nodes are the reference's tree", read == reference && index == nodes.span.count)
    }

    private static func tree(
        _ nodes: Span<JSONNode>,
        _ bytes: [UInt8],
        _ index: inout Int
    ) throws(BrokenClaim) -> ReferenceJSON {
        let node = nodes[index]
        index += 1
        switch node.kind {
        case .object:
            var members: [ReferenceJSON.Member] = []
            while index < node.next {
                let name = try text(of: nodes[index].token, bytes)
                index += 1
                members.append(ReferenceJSON.Member(name: name, value: try tree(nodes, bytes, &index)))
            }
            return .object(members)
        case .array:
            var elements: [ReferenceJSON] = []
            while index < node.next { elements.append(try tree(nodes, bytes, &index)) }
            return .array(elements)
        case .string: return .string(try text(of: node.token, bytes))
        case .null: return .null
        case .bool, .integer, .fraction: return try plain(node.token, bytes)
        }
    }

    private static func plain(_ token: JSONToken, _ bytes: [UInt8]) throws(BrokenClaim) -> ReferenceJSON {
        let reader = JSONReader(bytes.span)
        let bool = try? reader.bool(token)
        try claim("a truth value is one", (bool != nil) == (token.kind == .bool))
        let number = try? reader.int(token)
        if let bool {
            try claim("a truth value is no number", number == nil)
            return .bool(bool)
        }
        let spelled = String(decoding: bytes[token.start..<token.end], as: UTF8.self)
        try claim("an integer that fits is read", number == (token.kind == .integer ? Int64(spelled) : nil))
        return .number(spelled)
    }

    private static func text(of token: JSONToken, _ bytes: [UInt8]) throws(BrokenClaim) -> [UInt8] {
        let reader = JSONReader(bytes.span)
        var text: [UInt8] = [0]
        do throws(JSONError) { try reader.append(token, to: &text) } catch {
            throw BrokenClaim(claim: "a string has a text")
        }
        text.removeFirst()
        let string = String(decoding: text, as: UTF8.self)
        try claim("a string is its text", reader.equals(token, string) && !reader.equals(token, string + "."))
        try claim(
            "a string fits where it may be so long",
            (try? reader.text(token, maximumByteCount: text.count)) != nil
        )
        let isShort = (try? reader.text(token, maximumByteCount: text.count - 1)) != nil
        try claim("a string does not fit where it may be a byte less", !isShort)
        return text
    }

    private static func checkBudget(_ bytes: [UInt8], _ reference: ReferenceJSON) throws(BrokenClaim) {
        let count = reference.itemCount
        try claim("a budget is enough", jsonError(in: bytes, budget: JSONBudget(members: count)) == nil)
        guard count > 0 else { return }
        let error = jsonError(in: bytes, budget: JSONBudget(members: count - 1))
        try claim("a budget of one less is not", error?.reason == .overBudget)
        let nameBytes = reference.nameByteCount
        guard nameBytes > 0 else { return }
        let longer = jsonError(in: bytes, budget: JSONBudget(nameBytes: nameBytes - 1))
        try claim("a budget for names is not exceeded", longer?.reason == .overBudget)
    }

    /// Cut anywhere, a container or string is not whole; with anything behind it, it is more.
    private static func checkEnd(_ bytes: [UInt8], _ reference: ReferenceJSON) throws(BrokenClaim) {
        try claim("no second value is read", jsonError(in: bytes + [0x20, 0x30])?.reason == .trailingBytes)
        if case .number = reference { return }
        guard let last = bytes.lastIndex(where: { $0 > 0x20 }) else { return }
        let cut = jsonError(in: Array(bytes[..<last]))
        try claim("what is cut off is truncated", cut == JSONError(reason: .truncated, offset: last))
    }

    private static func checkWriter(_ reference: ReferenceJSON) throws(BrokenClaim) {
        let written = reference.withIntegersAlone
        var writer = JSONWriter()
        written.write(to: &writer)
        try claim("what is written is read again", ReferenceJSON(writer.bytes) == written)
    }
}

extension ReferenceJSON {
    /// Bytes of members' names, unescaped.
    fileprivate var nameByteCount: Int {
        switch self {
        case .array(let elements): elements.reduce(0) { $0 + $1.nameByteCount }
        case .object(let members): members.reduce(0) { $0 + $1.name.count + $1.value.nameByteCount }
        default: 0
        }
    }

    /// With 0 for what the writer does not write: a number that is no Int64, or has another spelling.
    fileprivate var withIntegersAlone: ReferenceJSON {
        switch self {
        case .number(let text): .number("\(Int64(text) ?? 0)")
        case .array(let elements): .array(elements.map(\.withIntegersAlone))
        case .object(let members):
            .object(members.map { Member(name: $0.name, value: $0.value.withIntegersAlone) })
        default: self
        }
    }

    fileprivate func write(to writer: inout JSONWriter) {
        switch self {
        case .null: writer.null()
        case .bool(let value): writer.bool(value)
        case .number(let text): writer.int(Int64(text) ?? 0)
        case .string(let utf8): writer.string(utf8: utf8.span)
        case .array(let elements): writer.array { array in for element in elements { element.write(to: &array) } }
        case .object(let members):
            writer.object { object in
                for member in members {
                    object.name(String(decoding: member.name, as: UTF8.self))
                    member.value.write(to: &object)
                }
            }
        }
    }
}
