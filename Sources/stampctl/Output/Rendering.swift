// SPDX-License-Identifier: Apache-2.0
import Foundation
import Glibc
import Printing

/// A result, for people and for programs: the same value either way.
protocol Renderable: Encodable {
    /// What a person reads.
    var lines: [String] { get }
}

/// A result that is a table of two columns.
protocol Tabular: Renderable {
    typealias Row = (name: String, value: String?)

    /// Those without a value are left out.
    var rows: [Row] { get }
}

extension Tabular {
    var lines: [String] { makeTable(rows) }
}

/// A result whose form for people depends on the screen.
protocol Paintable: Encodable {
    /// `width`: columns; nil where lines may be of any length.
    func lines(width: Int?) -> [PaintedLine]
}

extension OutputOptions {
    func print(_ result: some Renderable) throws {
        guard json || !result.lines.isEmpty else { return }
        guard json else { return try StandardOutput.write(lines: result.lines) }
        try print(json: result)
    }

    func print(_ result: some Paintable) throws {
        guard !json else { return try print(json: result) }
        try StandardOutput.write(result.lines(width: Screen.width(STDOUT_FILENO)))
    }

    /// One line of JSON.
    func print(json result: some Encodable) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        try StandardOutput.write(try encoder.encode(result))
    }
}

extension OutputOptions {
    /// The API's answer: as it came, but for what a terminal would obey, which is escaped as JSON does; or in one line.
    func print(answer: Data) throws {
        guard json else {
            let text = PrintableText.escapeJSON(String(decoding: answer, as: UTF8.self))
            return try StandardOutput.write(Data(text.utf8))
        }
        try StandardOutput.write(withoutWhiteSpace(answer))
    }

    /// A JSON text in one line, each of its values as it is spelled: a number that is read and written is another number.
    private func withoutWhiteSpace(_ json: Data) -> Data {
        var (isInString, isEscaped) = (false, false)
        return json.filter { byte in
            guard isInString else {
                isInString = byte == UInt8(ascii: "\"")
                return ![0x20, 0x09, 0x0A, 0x0D].contains(byte)
            }
            if byte == UInt8(ascii: "\""), !isEscaped { isInString = false }
            isEscaped = byte == UInt8(ascii: "\\") && !isEscaped
            return true
        }
    }
}

/// Two columns, the first as wide as its widest entry.
func makeTable(_ rows: [(name: String, value: String?)]) -> [String] {
    let width = rows.map(\.name.count).max() ?? 0
    return rows.compactMap { row in
        row.value.map { row.name.padding(toLength: width + 2, withPad: " ", startingAt: 0) + $0 }
    }
}

/// The two largest units of what is left: `47h 59m`, `14m 59s`, `9s`.
func makeDurationText(milliseconds: Int) -> String {
    let seconds = max(0, milliseconds / 1_000)
    let (hours, minutes) = (seconds / 3_600, seconds / 60 % 60)
    guard hours == 0 else { return "\(hours)h \(minutes)m" }
    return minutes == 0 ? "\(seconds)s" : "\(minutes)m \(seconds % 60)s"
}
