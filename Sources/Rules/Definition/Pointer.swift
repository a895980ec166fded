// SPDX-License-Identifier: Apache-2.0

/// A place in a payload: names of members, and `*` for each element of an array.
struct Pointer: Hashable, Sendable {
    enum Part: Hashable, Sendable {
        case name(Text)
        case element
    }

    let parts: [Part]

    init(_ parts: [Part]) { self.parts = parts }

    /// Reads a JSON pointer (RFC 6901) of at least one part; nil for other text.
    init?(_ text: Text) {
        guard text.bytes.first == UInt8(ascii: "/"), let parts = Self.parts(text.bytes.dropFirst()) else { return nil }
        self.parts = parts
    }

    /// Splits a pointer without its first `/`; nil where a `~` escapes nothing.
    static func parts(_ bytes: some Collection<UInt8>) -> [Part]? {
        var parts: [Part] = []
        for part in bytes.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false) {
            if part.elementsEqual([UInt8(ascii: "*")]) {
                parts.append(.element)
            } else {
                guard let name = unescape(part) else { return nil }
                parts.append(.name(Text(name)))
            }
        }
        return parts
    }

    private static func unescape(_ part: some Collection<UInt8>) -> [UInt8]? {
        var name: [UInt8] = []
        var isEscape = false
        for byte in part {
            switch (isEscape, byte) {
            case (true, UInt8(ascii: "0")): name.append(UInt8(ascii: "~"))
            case (true, UInt8(ascii: "1")): name.append(UInt8(ascii: "/"))
            case (true, _): return nil
            case (false, UInt8(ascii: "~")): break
            case (false, _): name.append(byte)
            }
            isEscape = !isEscape && byte == UInt8(ascii: "~")
        }
        return isEscape ? nil : name
    }

    var text: String {
        var bytes: [UInt8] = []
        for part in parts {
            switch part {
            case .element: bytes += [UInt8(ascii: "/"), UInt8(ascii: "*")]
            case .name(let name): Self.append(name.bytes.span, to: &bytes)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    var hasElements: Bool { parts.contains(.element) }

    /// Appends a name as one more part, escaped.
    static func append(_ name: Span<UInt8>, to pointer: inout [UInt8]) {
        pointer.append(UInt8(ascii: "/"))
        for index in name.indices {
            switch name[index] {
            case UInt8(ascii: "~"): pointer += [UInt8(ascii: "~"), UInt8(ascii: "0")]
            case UInt8(ascii: "/"): pointer += [UInt8(ascii: "~"), UInt8(ascii: "1")]
            default: pointer.append(name[index])
            }
        }
    }
}

/// A place that `only` lists.
struct ListedPlace: Hashable, Sendable {
    /// The parts from `parameters` on.
    let parts: [Pointer.Part]
    /// Whether it ends in `/**`, which allows any value there.
    let isOpen: Bool
}
