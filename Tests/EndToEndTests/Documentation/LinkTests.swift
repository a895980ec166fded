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
