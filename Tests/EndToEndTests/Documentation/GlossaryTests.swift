// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

@Suite("The glossary's words that are not used")
struct GlossaryTests {
    /// A word that is not used, with what is used in its place.
    struct Banned: CustomTestStringConvertible, Sendable {
        let word: String
        let replacement: String

        var testDescription: String { word }

        /// Whether the prose has the word, its plural or its genitive, in either case.
        func isIn(_ prose: String) -> Bool {
            // A clock on the wall is the field's own word.
            guard prose.range(of: word, options: .caseInsensitive) != nil else { return false }
            let text = prose.lowercased().replacing("wall clock", with: "").replacing("wall-clock", with: "")
            guard let pattern = try? Regex(#"(^|[^a-z])\#(word)(s|'s|es)?($|[^a-z])"#) else { return true }
            return text.contains(pattern)
        }
    }

    private static let glossary = "docs/reference/glossary.md"

    /// Words that are not used anywhere.
    static let banned = rows(below: "Words that are not used")
    /// Phrases that messages do not use.
    static let phrases = rows(below: "Phrases that messages do not use")

    /// The rows of a table of the glossary.
    private static func rows(below title: String) -> [Banned] {
        let page = try? String(contentsOf: MarkdownPage.root.appending(path: glossary), encoding: .utf8)
        let section = page?.components(separatedBy: "\n## \(title)\n").last ?? ""
        let table = section.components(separatedBy: "\n## ")[0]
        return table.split(separator: "\n").filter { $0.hasPrefix("| ") }.dropFirst().map { row in
            let cells = row.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
            return Banned(word: cells[0], replacement: cells[1])
        }
    }

    /// Pages that are not compared: the glossary itself, and what was said of former versions.
    private static let otherPages = [glossary, "CHANGELOG.md"]
    /// The Swift files below `Sources`, with their texts.
    private static let sources: [(path: String, text: String)] = {
        let root = MarkdownPage.root.path + "/"
        let names = FileManager.default.enumerator(atPath: root + "Sources")?.compactMap { $0 as? String } ?? []
        return names.filter { $0.hasSuffix(".swift") }.sorted().map { name in
            ("Sources/" + name, (try? String(contentsOfFile: "\(root)Sources/\(name)", encoding: .utf8)) ?? "")
        }
    }()
    /// The texts of their string literals. One without a space is a name, such as a member's.
    private static let literals = sources.flatMap { file in
        SwiftLiterals(file.text).texts.filter { $0.text.contains(" ") }.map { ("\(file.path):\($0.line)", $0.text) }
    }

    @Test("the table has rows, and each word is found where it stands")
    func findsWords() throws {
        #expect(Self.banned.count >= 6)
        for banned in Self.banned {
            #expect(banned.isIn("The \(banned.word)'s end. \(banned.word.capitalized)s!"))
            #expect(!banned.isIn("a\(banned.word) x\(banned.word)y"))
        }
        let wall = try #require(Self.banned.first { $0.word == "wall" })
        #expect(!wall.isIn("by the wall clock"))
        #expect(Self.types(in: "struct FooDoor {\n  enum HTTPDoors {") == ["FooDoor", "HTTPDoors"])
        let door = try #require(Self.banned.first { $0.word == "door" })
        for name in ["FooDoor", "HTTPDoors", "Door+Reading", "DoorKind"] {
            #expect(door.isIn(Self.words(of: name)), "\(name)")
        }
        #expect(!door.isIn(Self.words(of: "Indoor")) && !wall.isIn(Self.words(of: "WallClock")))
        let literals = SwiftLiterals(##"f("a \(b("c d") + e) f", #"g \n"#) // "h""##)
        #expect(literals.texts.map(\.text) == ["c d", "a f", "g \\n"])
        #expect(Self.prose(of: "/// A `door` is \"a\" ``Door/door``, https://door.example") == " A  is \"a\" , ")
    }

    @Test("no page, man page or entry of the journal's catalog uses one in its prose", arguments: banned)
    func pages(_ banned: Banned) throws {
        let manual = try FileManager.default.contentsOfDirectory(atPath: MarkdownPage.root.path + "/man")
        let pages = MarkdownPage.all.map(\.path).filter { !Self.otherPages.contains($0) }
        #expect(pages.count > 40 && manual.count > 4)
        for page in pages + manual.map({ "man/" + $0 }) + ["systemd/stampd.catalog"] {
            let text = try String(contentsOf: MarkdownPage.root.appending(path: page), encoding: .utf8)
            var isCode = false
            for (number, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
                if line.hasPrefix("```") { isCode.toggle() }
                guard !isCode, !line.hasPrefix("    "), banned.isIn(String(line)) else { continue }
                let hit = banned.isIn(Self.prose(of: String(line)))
                #expect(!hit, "\(page):\(number + 1) says “\(banned.word)”: \(banned.replacement)")
            }
        }
    }

    @Test("no comment of the code uses one", arguments: banned)
    func comments(_ banned: Banned) {
        #expect(Self.sources.count > 300)
        for (file, text) in Self.sources {
            for (number, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
                guard line.drop(while: { $0 == " " }).hasPrefix("//"), banned.isIn(String(line)) else { continue }
                let hit = banned.isIn(Self.prose(of: String(line)))
                #expect(!hit, "\(file):\(number + 1) says “\(banned.word)”: \(banned.replacement)")
            }
        }
    }

    @Test("no type and no file of the code is named by one", arguments: banned)
    func names(_ banned: Banned) {
        for (file, text) in Self.sources {
            let stem = file.split(separator: "/").last.map { String($0.dropLast(".swift".count)) } ?? file
            for name in Self.types(in: text) + [stem] {
                #expect(!banned.isIn(Self.words(of: name)), "\(file): \(name): \(banned.replacement)")
            }
        }
    }

    @Test("no message, help or label uses one, or one of the phrases", arguments: banned + phrases)
    func messages(_ banned: Banned) {
        #expect(Self.literals.count > 2000 && Self.phrases.count >= 3)
        for (place, text) in Self.literals where banned.isIn(text) {
            Issue.record("\(place): “\(text)” says “\(banned.word)”: \(banned.replacement)")
        }
    }

    /// The names of the types that a file declares.
    private static func types(in text: String) -> [String] {
        text.matches(of: #/\b(?:struct|class|enum|protocol|actor|typealias) ([A-Z]\w*)/#).map { String($0.1) }
    }

    /// The words of a name: `HTTPDoors+Reading` is `HTTP Doors Reading`.
    private static func words(of name: String) -> String {
        name.replacing(#/[^A-Za-z]+/#, with: " ").replacing(#/([a-z])([A-Z])/#) { "\($0.1) \($0.2)" }
            .replacing(#/([A-Z])([A-Z][a-z])/#) { "\($0.1) \($0.2)" }
    }

    /// The line without comment marks, code, links' targets, addresses, and values of fields: a word alone in parentheses.
    private static func prose(of line: String) -> String {
        line.replacing(#/``?[^`]*``?/#, with: "").replacing(#/\]\([^)]*\)/#, with: "]")
            .replacing(#/\([a-z]+\)/#, with: "")
            .replacing(#/https?:\/\/\S+/#, with: "").replacing(#/^ *\/\/\/?/#, with: "")
    }
}
