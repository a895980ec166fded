// SPDX-License-Identifier: Apache-2.0

extension JSONReader {
    /// Reads one escape (RFC 8259 §7); for a surrogate pair both halves at once.
    mutating func readEscape() throws(JSONError) -> Unicode.Scalar {
        let start = offset
        offset += 1
        let byte = try currentByte()
        offset += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return Unicode.Scalar(byte)
        case UInt8(ascii: "b"): return "\u{08}"
        case UInt8(ascii: "f"): return "\u{0C}"
        case UInt8(ascii: "n"): return "\n"
        case UInt8(ascii: "r"): return "\r"
        case UInt8(ascii: "t"): return "\t"
        case UInt8(ascii: "u"): return try readCodePoint(escapedAt: start)
        default: throw JSONError(reason: .invalidEscape, offset: start)
        }
    }

    private mutating func readCodePoint(escapedAt start: Int) throws(JSONError) -> Unicode.Scalar {
        let high = try readHexUnit(escapedAt: start)
        if let scalar = Unicode.Scalar(high) { return scalar }
        let loneSurrogate = JSONError(reason: .loneSurrogate, offset: start)
        guard high < 0xDC00 else { throw loneSurrogate }
        guard try currentByte() == UInt8(ascii: "\\") else { throw loneSurrogate }
        offset += 1
        guard try currentByte() == UInt8(ascii: "u") else { throw loneSurrogate }
        offset += 1
        let low = try readHexUnit(escapedAt: start)
        guard (0xDC00...0xDFFF).contains(low) else { throw loneSurrogate }
        guard let scalar = Unicode.Scalar(0x10000 + (UInt32(high & 0x3FF) << 10) + UInt32(low & 0x3FF)) else {
            throw loneSurrogate
        }
        return scalar
    }

    private mutating func readHexUnit(escapedAt start: Int) throws(JSONError) -> UInt16 {
        var unit: UInt16 = 0
        for _ in 0..<4 {
            guard let digit = hexDigit(try currentByte()) else {
                throw JSONError(reason: .invalidEscape, offset: start)
            }
            unit = unit << 4 | digit
            offset += 1
        }
        return unit
    }

    private func hexDigit(_ byte: UInt8) -> UInt16? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt16(byte - UInt8(ascii: "0"))
        case UInt8(ascii: "a")...UInt8(ascii: "f"): UInt16(byte - UInt8(ascii: "a") + 10)
        case UInt8(ascii: "A")...UInt8(ascii: "F"): UInt16(byte - UInt8(ascii: "A") + 10)
        default: nil
        }
    }
}
