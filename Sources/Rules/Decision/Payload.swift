// SPDX-License-Identifier: Apache-2.0
internal import Varlink

/// A payload that was read: its bytes, and where everything stands among them.
struct Payload: ~Escapable {
    let bytes: Span<UInt8>
    let nodes: Span<JSONNode>

    @_lifetime(copy bytes, copy nodes)
    init(_ bytes: Span<UInt8>, _ nodes: Span<JSONNode>) {
        self.bytes = bytes
        self.nodes = nodes
    }

    func kind(_ index: Int) -> JSONToken.Kind { nodes[index].kind }

    /// Lends a string's text, unescaped; nil, without a look at it, where it is of more than `maximumByteCount` bytes.
    @discardableResult
    func withText<Result>(
        _ index: Int,
        maximumByteCount: Int = .max,
        _ body: (Span<UInt8>) -> Result
    ) -> Result? {
        let token = nodes[index].token
        if !token.hasEscapes {
            guard token.end - token.start <= maximumByteCount else { return nil }
            return body(bytes.extracting(token.start..<token.end))
        }
        var text: [UInt8] = []
        do throws(JSONError) {
            try JSONReader(bytes).append(token, to: &text, maximumByteCount: maximumByteCount)
        } catch { return nil }
        return body(text.span)
    }

    /// Whether the string is this text.
    func equals(_ index: Int, _ text: [UInt8]) -> Bool {
        withText(index, maximumByteCount: text.count) { $0.equals(text) } ?? false
    }

    /// A JSON integer as it stands.
    @_lifetime(copy self)
    func literal(_ index: Int) -> Span<UInt8> {
        let token = nodes[index].token
        return bytes.extracting(token.start..<token.end)
    }

    /// Lends the digits of a number, which is a JSON integer without sign or a text; nil where it is none.
    func withNumber<Result>(_ index: Int, _ body: (Span<UInt8>) -> Result) -> Result? {
        switch kind(index) {
        case .integer:
            let digits = literal(index)
            return digits[0] == UInt8(ascii: "-") ? nil : body(digits)
        case .string:
            let result = withText(index, maximumByteCount: Decimal.maximumDigitCount) {
                Decimal.isNumber($0) ? body($0) : nil
            }
            return result.flatMap { $0 }
        default: return nil
        }
    }

    func isScalar(_ index: Int) -> Bool { kind(index) != .object && kind(index) != .array }

    func isScalarOrArrayOfScalars(_ index: Int) -> Bool {
        kind(index) == .array ? holdsScalars(index) : kind(index) != .object
    }

    /// Whether no element of the array is an object or an array: each takes one node.
    private func holdsScalars(_ index: Int) -> Bool {
        for element in (index + 1)..<nodes[index].next where !isScalar(element) { return false }
        return true
    }

    /// The pointer to a value, of names as the payload has them and `*` for elements, at most 200 bytes, cut at a
    /// character.
    func pointer(to target: Int) -> String {
        var text: [UInt8] = []
        var container = 0
        while container < target, text.count <= RuleLimits.maximumPointerByteCount {
            let isObject = kind(container) == .object
            var value = isObject ? container + 2 : container + 1
            while nodes[value].next <= target { value = isObject ? nodes[value].next + 1 : nodes[value].next }
            if isObject {
                withText(value - 1) { Pointer.append($0, to: &text) }
            } else {
                text += [UInt8(ascii: "/"), UInt8(ascii: "*")]
            }
            container = value
        }
        return Self.cut(text)
    }

    /// A pointer of the configuration, cut as one of the payload.
    static func cut(_ pointer: [UInt8]) -> String {
        var end = min(pointer.count, RuleLimits.maximumPointerByteCount)
        // Not within a character: its later bytes begin with the bits 10.
        while end < pointer.count, end > 0, pointer[end] & 0xC0 == 0x80 { end -= 1 }
        return String(decoding: pointer[..<end], as: UTF8.self)
    }
}

/// The outermost members that decisions look at, by their nodes; 0 where one is not there.
struct Outermost {
    var type = 0
    var timestamp = 0
    var organization = 0
    var parameters = 0
    /// The first that no activity has.
    var extra = 0

    var isActivity: Bool { type != 0 }

    init(of payload: borrowing Payload) {
        var name = 1
        while name < payload.nodes[0].next {
            let value = name + 1
            let member = payload.withText(name, maximumByteCount: 17) { Self.member($0) } ?? .other
            switch member {
            case .type: type = value
            case .timestamp: timestamp = value
            case .organization: organization = value
            case .parameters: parameters = value
            case .proofs: break
            case .other: if extra == 0 { extra = value }
            }
            name = payload.nodes[value].next
        }
    }

    private enum Member {
        case type, timestamp, organization, parameters, proofs, other
    }

    private static func member(_ name: Span<UInt8>) -> Member {
        switch name.count {
        case 4: name.equals("type") ? .type : .other
        case 10: name.equals("parameters") ? .parameters : .other
        case 11: name.equals("timestampMs") ? .timestamp : .other
        case 14: name.equals("organizationId") ? .organization : .other
        case 17: name.equals("generateAppProofs") ? .proofs : .other
        default: .other
        }
    }
}
