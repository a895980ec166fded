// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

@Suite("The documentation's Python, JavaScript, Go and Rust")
struct ProgramExampleTests {
    private static let languages = ["python": "py", "js": "mjs", "go": "go", "rust": "rs"]

    @Test("a block of another language is code that the tests run: it stands in a program", arguments: MarkdownPage.all)
    func isRun(_ page: MarkdownPage) throws {
        for (language, ending) in Self.languages {
            for block in page.blocks(of: language) {
                let isRun = try Self.readPrograms(ending).contains { $0.contains(Self.withoutIndentation(block.lines)) }
                #expect(isRun, "\(page.path):\(block.line) is in no program of a test")
            }
        }
    }

    private static func readPrograms(_ ending: String) throws -> [String] {
        try ["Tests/EndToEndTests/python", "Tests/Stampers"].flatMap { folder in
            let names = try FileManager.default.subpathsOfDirectory(atPath: repository(folder).path)
            return try names.filter { $0.hasSuffix(".\(ending)") }.map {
                let text = try String(contentsOf: repository("\(folder)/\($0)"), encoding: .utf8)
                return withoutIndentation(text.components(separatedBy: "\n"))
            }
        }
    }

    /// A block may be some of a function's lines.
    private static func withoutIndentation(_ lines: [String]) -> String {
        "\n" + lines.map { String($0.drop { $0 == " " || $0 == "\t" }) }.joined(separator: "\n") + "\n"
    }
}
