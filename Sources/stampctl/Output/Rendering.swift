// SPDX-License-Identifier: Apache-2.0
import Foundation
import Glibc
import Printing

/// A result that people and programs read: the same value in two forms.
protocol Renderable: Encodable {
    /// The lines for people.
    var lines: [String] { get }
}

/// A result that is a table of two columns.
protocol Tabular: Renderable {
    typealias Row = (name: String, value: String?)

    /// The rows; those without a value are left out.
    var rows: [Row] { get }
}

extension Tabular {
    var lines: [String] { makeTable(rows) }
}

/// A result whose form for people depends on the screen.
protocol StyledRenderable: Encodable {
    /// Returns the lines for people. `width` is the number of columns; nil if lines may have any length.
    func lines(width: Int?) -> [StyledLine]
}

extension OutputOptions {
    func print(_ result: some Renderable) throws {
        guard json || !result.lines.isEmpty else { return }
        guard json else { return try StandardOutput.write(lines: result.lines) }
        try print(json: result)
    }

    func print(_ result: some StyledRenderable) throws {
        guard !json else { return try print(json: result) }
        try StandardOutput.write(result.lines(width: Screen.width(STDOUT_FILENO)))
    }

    /// Prints one line of JSON.
    func print(json result: some Encodable) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        try StandardOutput.write(try encoder.encode(result))
    }
}

extension OutputOptions {
    /// Prints the API's answer as it came, with characters that a terminal would obey escaped as in JSON; or in one
    /// line.
    func print(answer: Data) throws {
        guard json else {
            let text = PrintableText.escapeJSON(String(decoding: answer, as: UTF8.self))
            return try StandardOutput.write(Data(text.utf8))
        }
        try StandardOutput.write(withoutWhiteSpace(answer))
    }

    /// Returns a JSON text in one line, with each value as it is spelled, since a number that is parsed and written may
    /// change.
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

/// Makes two columns, the first as wide as its widest entry.
func makeTable(_ rows: [(name: String, value: String?)]) -> [String] {
    let width = rows.map(\.name.count).max() ?? 0
    return rows.compactMap { row in
        row.value.map { row.name.padding(toLength: width + 2, withPad: " ", startingAt: 0) + $0 }
    }
}

/// Returns the two largest units of a time: `47h 59m`, `14m 59s`, `9s`.
func makeDurationText(milliseconds: Int) -> String {
    let seconds = max(0, milliseconds / 1_000)
    let (hours, minutes) = (seconds / 3_600, seconds / 60 % 60)
    guard hours == 0 else { return "\(hours)h \(minutes)m" }
    return minutes == 0 ? "\(seconds)s" : "\(minutes)m \(seconds % 60)s"
}
