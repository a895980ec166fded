// SPDX-License-Identifier: Apache-2.0
import Foundation

/// What docs/reference/stampd.md says, and what `stampd --help` says, as far as both say the same.
struct Manual {
    struct Option: Hashable {
        let name: String
        /// Nil for an option that has none.
        let `default`: String?
        /// Nil for an option that takes no number; the help does not say it.
        var range: ClosedRange<Int>?
    }

    let options: [Option]
    let exitCodes: [Int]

    /// Rows as ``| `--option N` | default | 1 to 64 | … |`` and ``| 64 | … |``.
    static func read() throws -> Manual {
        let text = try String(contentsOf: repository("docs/reference/stampd.md"), encoding: .utf8)
        var options: [Option] = []
        var exitCodes: [Int] = []
        for line in text.split(separator: "\n") where line.hasPrefix("| ") {
            let cells = line.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
            if cells[0].hasPrefix("`-"), cells.count == 4 {
                let name = cells[0].trimmingCharacters(in: ["`"]).split(separator: " ").first.map(String.init) ?? ""
                let digits = cells[1].filter(\.isNumber)
                let bounds = cells[2].components(separatedBy: " to ").map { Int($0.filter(\.isNumber)) }
                var range: ClosedRange<Int>?
                if bounds.count == 2, let least = bounds[0], let most = bounds[1] { range = least...most }
                options.append(Option(name: name, default: digits.isEmpty ? nil : digits, range: range))
            } else if let code = Int(cells[0]) {
                exitCodes.append(code)
            }
        }
        return Manual(options: options, exitCodes: exitCodes)
    }

    /// - Parameter help: What `stampd --help` printed.
    init(help: String) {
        options = help.split(separator: "\n").compactMap { line in
            guard line.hasPrefix("  -"), let name = line.split(separator: " ").first(where: { $0.hasPrefix("--") })
            else {
                return nil
            }
            let inBrackets = line.split(separator: "(").last?.split(separator: ")").first.map(String.init)
            return Option(name: String(name), default: inBrackets.flatMap { Int($0) == nil ? nil : $0 }, range: nil)
        }
        let codes = help.components(separatedBy: "Exit codes:").last?.components(separatedBy: "\n\n").first ?? ""
        exitCodes = codes.split(separator: ";").compactMap { part in
            part.split { $0 == " " || $0 == "\n" }.first.flatMap { Int($0) }
        }
    }

    private init(options: [Option], exitCodes: [Int]) {
        self.options = options
        self.exitCodes = exitCodes
    }
}
