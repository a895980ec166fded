// SPDX-License-Identifier: Apache-2.0
import Foundation

/// A page of the documentation: its code blocks, its links, its headings.
struct MarkdownPage: CustomStringConvertible, Sendable {
    struct Block: Sendable {
        let language: String
        /// Of its opening fence, counted from 1.
        let line: Int
        let lines: [String]
    }

    struct Link: Sendable {
        let target: String
        let line: Int
    }

    /// From the repository's root.
    let path: String
    private(set) var blocks: [Block] = []
    private(set) var links: [Link] = []
    /// As links name them: lower case, words joined by hyphens.
    private(set) var anchors: Set<String> = []

    static let root = URL(filePath: #filePath).deletingLastPathComponent()
        .appending(path: "../../..").standardizedFileURL

    /// Every page that the project has written: the root's, `docs/` and the folders beside code.
    static let all: [MarkdownPage] = {
        let found = ["", "docs", "Benchmarks", "examples"].flatMap { folder -> [String] in
            let url = root.appending(path: folder)
            let names = folder.isEmpty ? try? FileManager.default.contentsOfDirectory(atPath: url.path) : nil
            let all = names ?? (FileManager.default.enumerator(atPath: url.path)?.compactMap { $0 as? String } ?? [])
            return all.filter { $0.hasSuffix(".md") }.map { folder.isEmpty ? $0 : "\(folder)/\($0)" }
        }
        return found.sorted().compactMap { try? MarkdownPage(path: $0) }
    }()

    init(path: String) throws {
        self.path = path
        let text = try String(contentsOf: Self.root.appending(path: path), encoding: .utf8)
        var open: (language: String, line: Int, lines: [String])?
        for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init).enumerated()
        {
            if line.hasPrefix("```") {
                if let block = open {
                    blocks.append(Block(language: block.language, line: block.line, lines: block.lines))
                }
                open = open == nil ? (String(line.dropFirst(3)), index + 1, []) : nil
            } else if open != nil {
                open?.lines.append(line)
            } else {
                readProse(line, number: index + 1)
            }
        }
    }

    var description: String { path }

    func blocks(of language: String) -> [Block] { blocks.filter { $0.language == language } }

    private mutating func readProse(_ line: String, number: Int) {
        if line.hasPrefix("#") { anchors.insert(Self.anchor(of: line)) }
        for match in line.matches(of: #/\]\(([^)\s]+)\)/#) { links.append(Link(target: String(match.1), line: number)) }
    }

    private static func anchor(of heading: String) -> String {
        let text = heading.drop { $0 == "#" || $0 == " " }.lowercased()
        return String(text.filter { $0.isLetter || $0.isNumber || "-_ ".contains($0) }).replacing(" ", with: "-")
    }
}
