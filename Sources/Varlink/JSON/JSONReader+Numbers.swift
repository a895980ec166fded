// SPDX-License-Identifier: Apache-2.0

extension JSONReader {
    /// Reads a number by the grammar of RFC 8259 §6, without computing its value.
    mutating func number() throws(JSONError) -> JSONToken {
        let start = offset
        skip(UInt8(ascii: "-"))
        if try currentByte() == UInt8(ascii: "0") { offset += 1 } else { try skipDigits(from: start) }
        guard !isDigit() else { throw JSONError(reason: .invalidNumber, offset: start) }
        let endOfInteger = offset
        if skip(UInt8(ascii: ".")) { try skipDigits(from: start) }
        if skip(UInt8(ascii: "e")) || skip(UInt8(ascii: "E")) {
            if !skip(UInt8(ascii: "+")) { skip(UInt8(ascii: "-")) }
            try skipDigits(from: start)
        }
        return JSONToken(offset == endOfInteger ? .integer : .fraction, start, offset)
    }

    /// Computes the integer of a number's token.
    ///
    /// - Throws: `.wrongType` if the token is not a number; `.notInt64` if it has a fraction or an exponent, or does
    ///   not fit.
    package func int(_ token: JSONToken) throws(JSONError) -> Int64 {
        let notInt64 = JSONError(reason: .notInt64, offset: token.start)
        guard token.kind != .fraction else { throw notInt64 }
        guard token.kind == .integer else { throw JSONError(reason: .wrongType, offset: token.start) }
        let isNegative = bytes[token.start] == UInt8(ascii: "-")
        var value: Int64 = 0
        for offset in (isNegative ? token.start + 1 : token.start)..<token.end {
            let digit = Int64(bytes[offset] &- UInt8(ascii: "0"))
            let (tens, overflows) = value.multipliedReportingOverflow(by: 10)
            // A negative number is counted downwards, so that -2⁶³ can be reached.
            let sum = isNegative ? tens.subtractingReportingOverflow(digit) : tens.addingReportingOverflow(digit)
            guard !overflows, !sum.overflow else { throw notInt64 }
            value = sum.partialValue
        }
        return value
    }

    /// Returns the truth value of a token.
    ///
    /// - Throws: `.wrongType` if the token is neither true nor false.
    package func bool(_ token: JSONToken) throws(JSONError) -> Bool {
        guard token.kind == .bool else { throw JSONError(reason: .wrongType, offset: token.start) }
        return bytes[token.start] == UInt8(ascii: "t")
    }

    @discardableResult
    private mutating func skip(_ byte: UInt8) -> Bool {
        guard offset < bytes.count, bytes[offset] == byte else { return false }
        offset += 1
        return true
    }

    private mutating func skipDigits(from start: Int) throws(JSONError) {
        _ = try currentByte()
        guard isDigit() else { throw JSONError(reason: .invalidNumber, offset: start) }
        while isDigit() { offset += 1 }
    }

    private func isDigit() -> Bool {
        offset < bytes.count && (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(bytes[offset])
    }
}
