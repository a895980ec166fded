// SPDX-License-Identifier: Apache-2.0
import Printing

/// What a painted word tells at a glance; the word tells it too.
enum Paint: Int, Sendable {
    case bold = 1
    case dim = 2
    case bad = 31
    case good = 32
    case careful = 33
}

/// A line for people. Text in it that came from elsewhere is escaped, so that only its own paint commands the terminal.
struct PaintedLine: Sendable, Equatable {
    private struct Word: Sendable, Equatable {
        let text: String
        let paint: Paint?
    }

    private var words: [Word]

    init(_ text: String = "", _ paint: Paint? = nil) { words = [Word(text: text, paint: paint)] }

    static func + (one: Self, other: Self) -> Self {
        var line = one
        line.words += other.words
        return line
    }

    static func + (one: Self, text: String) -> Self { one + Self(text) }

    /// Characters on the terminal; each is taken to be one column wide.
    var width: Int { text(isPainted: false).count }

    func text(isPainted: Bool) -> String {
        words.map { word in
            let text = "\(PrintableText(word.text))"
            guard isPainted, let paint = word.paint, !text.isEmpty else { return text }
            return "\u{1B}[\(paint.rawValue)m\(text)\u{1B}[0m"
        }.joined()
    }

    /// Lines of at most `width` characters, broken at spaces, the later ones behind `indent`; a longer word keeps its
    /// line. Nil: one line.
    static func wrap(_ text: String, indent: Int = 0, width: Int?, _ paint: Paint? = nil) -> [PaintedLine] {
        let margin = String(repeating: " ", count: indent)
        guard let width else { return [PaintedLine(margin) + PaintedLine(text, paint)] }
        var (lines, line) = ([PaintedLine](), "")
        for word in text.split(separator: " ") {
            if !line.isEmpty, indent + line.count + 1 + word.count > width {
                lines.append(PaintedLine(margin) + PaintedLine(line, paint))
                line = ""
            }
            line += line.isEmpty ? word : " " + word
        }
        return lines + [PaintedLine(margin) + PaintedLine(line, paint)]
    }

    /// Columns as wide as their widest cells, but for the last; the first line is a heading.
    static func makeTable(_ rows: [[PaintedLine]]) -> [PaintedLine] {
        let count = rows.map(\.count).max() ?? 0
        let widths = (0..<count).map { column in rows.map { column < $0.count ? $0[column].width : 0 }.max() ?? 0 }
        return rows.map { row in
            var line = PaintedLine()
            let last = row.lastIndex { $0.width > 0 } ?? 0
            for (column, cell) in row.enumerated() where column <= last {
                let padding = column == last ? 0 : widths[column] - cell.width + 2
                line = line + cell + String(repeating: " ", count: padding)
            }
            return line
        }
    }
}
