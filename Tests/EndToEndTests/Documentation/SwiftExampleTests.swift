// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

@Suite("The documentation's Swift")
struct SwiftExampleTests {
    @Test("a block of Swift is code that is compiled: it stands in a file of Examples", arguments: MarkdownPage.all)
    func isCompiled(_ page: MarkdownPage) throws {
        let examples = try Self.readExamples()
        for block in page.blocks(of: "swift") {
            let text = block.lines.joined(separator: "\n")
            let isCompiled = examples.contains { $0.contains("\n\(text)\n") }
            #expect(isCompiled, "\(page.path):\(block.line) is in no file of Examples")
        }
    }

    /// Each file as it is, and once more without the indentation of a function's lines: a block may be some of those.
    private static func readExamples() throws -> [String] {
        let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Examples")
        return try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil).flatMap {
            let text = try String(contentsOf: $0, encoding: .utf8)
            return [text, text.replacing("\n    ", with: "\n")]
        }
    }
}
