// SPDX-License-Identifier: Apache-2.0

/// Text from outside, made safe to print on one line: each character that is invisible, breaks the line, changes the
/// direction or commands a terminal is spelled out, such as `\u{1B}`.
///
/// Spelled out are what Unicode calls Other (controls C0 and C1, DEL, format and bidirectional controls, private use,
/// unassigned), the line and paragraph separators, and default-ignorable characters (zero width, tags, variation
/// selectors, fillers). Text that contains such an escape already is not changed by it.
package struct PrintableText: CustomStringConvertible {
    /// The text to print.
    package let description: String

    /// Escapes `text`, and cuts it after `maximumLength` characters of Unicode, with an ellipsis.
    package init(_ text: some StringProtocol, maximumLength: Int = .max) {
        guard !text.utf8.allSatisfy(Self.isPlain) || text.utf8.count > maximumLength else {
            description = String(text)
            return
        }
        var escaped = ""
        var rest = text.unicodeScalars[...]
        for _ in 0..<maximumLength {
            guard let scalar = rest.popFirst() else { break }
            if Self.isPrintable(scalar) {
                escaped.unicodeScalars.append(scalar)
            } else {
                escaped += "\\u{\(String(scalar.value, radix: 16, uppercase: true))}"
            }
        }
        description = rest.isEmpty ? escaped : escaped + "…"
    }

    /// Escapes the unprintable characters of a JSON text in JSON's own way; its value and its lines stay the same.
    ///
    /// In JSON such characters occur in strings only, where `\u` and four digits mean the same. A carriage return,
    /// which is white space there, becomes a line's end.
    package static func escapeJSON(_ json: some StringProtocol) -> String {
        guard !json.utf8.allSatisfy({ isPlain($0) || $0 == UInt8(ascii: "\n") }) else { return String(json) }
        var escaped = ""
        for scalar in json.unicodeScalars {
            switch scalar {
            case "\n", "\t": escaped.unicodeScalars.append(scalar)
            case "\r": escaped += "\n"
            case _ where isPrintable(scalar): escaped.unicodeScalars.append(scalar)
            default: for unit in String(scalar).utf16 { escaped += spellUnit(unit) }
            }
        }
        return escaped
    }

    private static func spellUnit(_ unit: UInt16) -> String {
        let digits = String(unit, radix: 16)
        return "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
    }

    private static func isPlain(_ byte: UInt8) -> Bool { (0x20...0x7E).contains(byte) }

    private static func isPrintable(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .privateUse, .surrogate, .unassigned: false
        default: !scalar.properties.isDefaultIgnorableCodePoint
        }
    }
}
