// SPDX-License-Identifier: Apache-2.0
import Printing

/// The meaning of a colour; the text says the same in words.
enum TextStyle: Int, Sendable {
    case bold = 1
    case dim = 2
    case bad = 31
    case good = 32
    case careful = 33
}

/// A line for people. Text from outside in it is escaped, so that only its own colours command the terminal.
struct StyledLine: Sendable, Equatable {
    private struct Word: Sendable, Equatable {
        let text: String
        let style: TextStyle?
    }

    private var words: [Word]

    init(_ text: String = "", _ style: TextStyle? = nil) { words = [Word(text: text, style: style)] }

    static func + (one: Self, other: Self) -> Self {
        var line = one
        line.words += other.words
        return line
    }

    static func + (one: Self, text: String) -> Self { one + Self(text) }

    /// The number of characters on the terminal; each is taken to be one column wide.
    var width: Int { text(isStyled: false).count }

    func text(isStyled: Bool) -> String {
        words.map { word in
            let text = "\(PrintableText(word.text))"
            guard isStyled, let style = word.style, !text.isEmpty else { return text }
            return "\u{1B}[\(style.rawValue)m\(text)\u{1B}[0m"
        }.joined()
    }

    /// Breaks a text at spaces into lines of at most `width` characters, the later ones behind `indent`. A longer word
    /// stays whole. Nil: one line.
    static func wrap(_ text: String, indent: Int = 0, width: Int?, _ style: TextStyle? = nil) -> [StyledLine] {
        let margin = String(repeating: " ", count: indent)
        guard let width else { return [StyledLine(margin) + StyledLine(text, style)] }
        var (lines, line) = ([StyledLine](), "")
        for word in text.split(separator: " ") {
            if !line.isEmpty, indent + line.count + 1 + word.count > width {
                lines.append(StyledLine(margin) + StyledLine(line, style))
                line = ""
            }
            line += line.isEmpty ? word : " " + word
        }
        return lines + [StyledLine(margin) + StyledLine(line, style)]
    }

    /// Makes columns as wide as their widest cells, except the last; the first line is a heading.
    static func makeTable(_ rows: [[StyledLine]]) -> [StyledLine] {
        let count = rows.map(\.count).max() ?? 0
        let widths = (0..<count).map { column in rows.map { column < $0.count ? $0[column].width : 0 }.max() ?? 0 }
        return rows.map { row in
            var line = StyledLine()
            let last = row.lastIndex { $0.width > 0 } ?? 0
            for (column, cell) in row.enumerated() where column <= last {
                let padding = column == last ? 0 : widths[column] - cell.width + 2
                line = line + cell + String(repeating: " ", count: padding)
            }
            return line
        }
    }
}
