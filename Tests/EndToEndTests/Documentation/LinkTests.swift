// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

@Suite("The documentation's links")
struct LinkTests {
    @Test("a link of ours leads to a file, and to a heading where it names one", arguments: MarkdownPage.all)
    func leadsSomewhere(_ page: MarkdownPage) {
        for link in page.links where !link.target.contains("://") {
            #expect(Self.isThere(link.target, from: page), "\(page.path):\(link.line) links to \(link.target)")
        }
    }

    @Test("a suite that a page names is there", arguments: MarkdownPage.all.filter { $0.path != "CHANGELOG.md" })
    func suites(_ page: MarkdownPage) throws {
        let text = try String(contentsOf: MarkdownPage.root.appending(path: page.path), encoding: .utf8)
        for name in text.matches(of: /\b[A-Z][A-Za-z0-9]*Tests\b/).map({ String($0.output) }) {
            #expect(Self.suites.contains(name), "\(page.path) names \(name)")
        }
    }

    /// The names of the test targets, and of the files in them.
    private static let suites: Set<String> = {
        let root = MarkdownPage.root.appending(path: "Tests").path
        let names = FileManager.default.enumerator(atPath: root)?.compactMap { $0 as? String } ?? []
        return Set(names.map { URL(filePath: $0).deletingPathExtension().lastPathComponent })
    }()

    @Test("every page can be reached from the README")
    func reachable() {
        let pages = Dictionary(uniqueKeysWithValues: MarkdownPage.all.map { ($0.path, $0) })
        var found: Set<String> = ["README.md"]
        var queue = ["README.md"]
        while let path = queue.popLast() {
            for link in pages[path]?.links ?? [] {
                let target = Self.file(of: link.target, from: path)
                if pages[target] != nil, found.insert(target).inserted { queue.append(target) }
            }
        }
        #expect(Set(pages.keys).subtracting(found).sorted() == [])
    }

    private static func isThere(_ target: String, from page: MarkdownPage) -> Bool {
        let path = file(of: target, from: page.path)
        guard FileManager.default.fileExists(atPath: MarkdownPage.root.appending(path: path).path) else { return false }
        guard let anchor = target.split(separator: "#", omittingEmptySubsequences: false).dropFirst().first else {
            return true
        }
        return MarkdownPage.all.first { $0.path == path }?.anchors.contains(String(anchor)) ?? false
    }

    /// The file that a link means, from the repository's root.
    private static func file(of target: String, from path: String) -> String {
        let name = target.prefix { $0 != "#" }
        guard !name.isEmpty else { return path }
        let folder = URL(filePath: "/" + path).deletingLastPathComponent()
        return String(folder.appending(path: String(name)).standardizedFileURL.path.dropFirst())
    }
}
