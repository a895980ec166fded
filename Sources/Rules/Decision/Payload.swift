// SPDX-License-Identifier: Apache-2.0
internal import Varlink

/// A payload that was read: its bytes, and where each value stands in them.
struct Payload: ~Escapable {
    let bytes: Span<UInt8>
    let nodes: Span<JSONNode>

    @_lifetime(copy bytes, copy nodes)
    init(_ bytes: Span<UInt8>, _ nodes: Span<JSONNode>) {
        self.bytes = bytes
        self.nodes = nodes
    }

    func kind(_ index: Int) -> JSONToken.Kind { nodes[index].kind }

    /// Lends a string's text, unescaped; nil, without reading it, if it has more than `maximumByteCount` bytes.
    ///
    /// Inlined, so that values that `body` captures are not copied.
    @discardableResult
    @inline(__always)
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

    /// Compares the string with the text.
    func equals(_ index: Int, _ text: [UInt8]) -> Bool {
        withText(index, maximumByteCount: text.count) { $0.equals(text) } ?? false
    }

    /// Lends a JSON integer as it stands.
    @_lifetime(copy self)
    func literal(_ index: Int) -> Span<UInt8> {
        let token = nodes[index].token
        return bytes.extracting(token.start..<token.end)
    }

    /// Lends the digits of a number, which is a JSON integer without a sign or a text of digits; nil for another value.
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

    /// Whether no element of the array is an object or an array. A scalar takes one node, so counting nodes is enough.
    private func holdsScalars(_ index: Int) -> Bool {
        for element in (index + 1)..<nodes[index].next where !isScalar(element) { return false }
        return true
    }

    /// Spells the pointer to a value: names as the payload has them and `*` for elements, cut at a character after at
    /// most 200 bytes.
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

    /// Cuts a pointer of the configuration in the same way.
    static func cut(_ pointer: [UInt8]) -> String {
        var end = min(pointer.count, RuleLimits.maximumPointerByteCount)
        // Moves the cut off the middle of a character, whose later bytes begin with the bits 10.
        while end < pointer.count, end > 0, pointer[end] & 0xC0 == 0x80 { end -= 1 }
        return String(decoding: pointer[..<end], as: UTF8.self)
    }
}

/// The nodes of the outermost members that decisions look at; 0 for one that is absent.
struct Outermost {
    var type = 0
    var timestamp = 0
    var organization = 0
    var parameters = 0
    /// The first member that no activity has.
    var extra = 0

    var isActivity: Bool { type != 0 }

    /// The places of the first members, in their order.
    private var places = InlineArray<8, Int>(repeating: 0)

    init(of payload: borrowing Payload, along tree: PlaceTree) {
        var (name, index) = (1, 0)
        while name < payload.nodes[0].next {
            let value = name + 1
            let place = Self.place(of: name, payload, tree)
            if index < places.count { places[index] = place }
            switch PlaceTree.Outermost(rawValue: place) {
            case .type: type = value
            case .timestampMs: timestamp = value
            case .organizationId: organization = value
            case .parameters: parameters = value
            case .generateAppProofs: break
            case nil: if extra == 0 { extra = value }
            }
            name = payload.nodes[value].next
            index += 1
        }
    }

    /// Returns the place of the member with this index, whose name is at this node.
    func place(ofMember index: Int, named name: Int, _ payload: borrowing Payload, _ tree: PlaceTree) -> Int {
        index < places.count ? places[index] : Self.place(of: name, payload, tree)
    }

    private static func place(of name: Int, _ payload: borrowing Payload, _ tree: PlaceTree) -> Int {
        payload.withText(name, maximumByteCount: tree.longestName) { tree.child(of: 0, named: $0) } ?? 0
    }
}
