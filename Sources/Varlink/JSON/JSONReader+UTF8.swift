// SPDX-License-Identifier: Apache-2.0

extension JSONReader {
    /// Skips a run of scalars above U+007F, checking each.
    mutating func skipScalars() throws(JSONError) {
        repeat { try skipScalar() } while offset < bytes.count && bytes[offset] >= 0x80
    }

    /// Skips one scalar: one of the well-formed sequences of the Unicode Standard, table 3-7.
    private mutating func skipScalar() throws(JSONError) {
        let start = offset
        let second: ClosedRange<UInt8>
        let length: Int
        switch bytes[offset] {
        case 0xC2...0xDF: (second, length) = (0x80...0xBF, 2)
        case 0xE0: (second, length) = (0xA0...0xBF, 3)
        case 0xED: (second, length) = (0x80...0x9F, 3)
        case 0xE1...0xEF: (second, length) = (0x80...0xBF, 3)
        case 0xF0: (second, length) = (0x90...0xBF, 4)
        case 0xF1...0xF3: (second, length) = (0x80...0xBF, 4)
        case 0xF4: (second, length) = (0x80...0x8F, 4)
        default: throw error(.invalidUTF8)
        }
        offset += 1
        for index in 1..<length {
            let byte = try currentByte()
            guard index == 1 ? second.contains(byte) : (0x80...0xBF).contains(byte) else {
                throw JSONError(reason: .invalidUTF8, offset: start)
            }
            offset += 1
        }
    }
}
