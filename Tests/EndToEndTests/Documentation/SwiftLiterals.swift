// SPDX-License-Identifier: Apache-2.0

/// The texts of a Swift file's string literals. An interpolation is one space in its text, and the literals in it are texts
/// of their own.
struct SwiftLiterals {
    /// Each text, with every white space as one space, and the line that it ends at.
    private(set) var texts: [(line: Int, text: String)] = []
    private let source: [UInt8]
    private var index = 0
    private var line = 1

    init(_ source: String) {
        self.source = Array(source.utf8)
        readCode(isInterpolation: false)
    }

    private var byte: UInt8? { index < source.count ? source[index] : nil }

    private func isNext(_ text: String) -> Bool { source[index...].starts(with: text.utf8) }

    private mutating func advance(_ count: Int = 1) {
        for _ in 0..<count {
            if byte == UInt8(ascii: "\n") { line += 1 }
            index += 1
        }
    }

    private mutating func skip(to end: String) {
        while byte != nil, !isNext(end) { advance() }
    }

    private mutating func readCode(isInterpolation: Bool) {
        var depth = 0
        while let byte {
            let hashes = source[index...].prefix { $0 == UInt8(ascii: "#") }.count
            if isNext("//") {
                skip(to: "\n")
            } else if isNext("#/") {
                skip(to: "/#")
            } else if index + hashes < source.count, source[index + hashes] == UInt8(ascii: "\"") {
                advance(hashes)
                readLiteral(hashes: String(repeating: "#", count: hashes))
            } else {
                if byte == UInt8(ascii: "(") { depth += 1 }
                if byte == UInt8(ascii: ")") { depth -= 1 }
                advance()
                if isInterpolation, depth < 0 { return }
            }
        }
    }

    private mutating func readLiteral(hashes: String) {
        let quotes = isNext("\"\"\"") ? "\"\"\"" : "\""
        advance(quotes.count)
        var text: [UInt8] = []
        while let byte, !isNext(quotes + hashes) {
            if isNext("\\\(hashes)(") {
                advance(2 + hashes.count)
                readCode(isInterpolation: true)
                text.append(UInt8(ascii: " "))
            } else if isNext("\\\(hashes)") {
                // An escape. A backslash at a line's end joins the two lines.
                text.append(UInt8(ascii: " "))
                advance(2 + hashes.count)
            } else {
                text.append(byte)
                advance()
            }
        }
        advance(quotes.count + hashes.count)
        let words = String(decoding: text, as: UTF8.self).split { $0.isWhitespace }
        texts.append((line, words.joined(separator: " ")))
    }
}
