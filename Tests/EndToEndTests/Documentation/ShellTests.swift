// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

@Suite("The documentation's commands")
struct ShellTests {
    private static let pages = MarkdownPage.all.filter { !$0.blocks(of: "sh").isEmpty && !$0.needsBrowser }

    @Test("a page's commands work when pasted, and print what the page says", arguments: pages)
    func works(_ page: MarkdownPage) async throws {
        try expectPromises(of: page, try await ShellRun(page))
    }

    @Test(
        "what the pages promise is compared",
        arguments: [
            (["a"], ["a"], true), (["a"], ["b"], false), (["a", "b"], ["a"], false), (["a"], ["a", "b"], false),
            (["up  3s"], ["up  …"], true), (["down 3s"], ["up  …"], false), (["a 1 b"], ["a … b"], true),
            (["a 1 c"], ["a … b"], false), (["a"], ["a", "…"], false),
        ]
    )
    func compares(_ output: [String], _ expected: [String], _ verdict: Bool) {
        #expect((firstDifference(output.joined(separator: "\n"), expected) == nil) == verdict)
    }
}

extension BrowserTests {
    @Suite("The documentation's commands that open a login page")
    struct LoginShellTests {
        @Test("work when pasted, and print what the page says", arguments: MarkdownPage.all.filter(\.needsBrowser))
        func works(_ page: MarkdownPage) async throws {
            try await Browser.with { browser in
                try await browser.addAuthenticator()
                try expectPromises(of: page, try await ShellRun(page, approvingIn: browser))
            }
        }
    }
}

private func expectPromises(of page: MarkdownPage, _ run: ShellRun) throws {
    try #require(
        run.exitCode == 0,
        "\(page.path) ends with \(run.exitCode):\n\(run.outputs.joined(separator: "\n"))"
    )
    for (block, output) in zip(page.blocks(of: "sh"), run.outputs) {
        guard let expected = page.output(of: block) else { continue }
        let difference = firstDifference(output, expected)
        #expect(difference == nil, "\(page.path):\(block.line) prints otherwise:\n\(output)")
    }
}

extension MarkdownPage {
    /// Whether one of its commands asks for a passkey.
    fileprivate var needsBrowser: Bool {
        blocks(of: "sh").flatMap(\.lines).contains { $0.contains(/^stampctl (login|register)/) }
    }

    /// The ```text block that follows a block of commands, before any other block.
    fileprivate func output(of block: Block) -> [String]? {
        let next = blocks.first { $0.line > block.line }
        return next?.language == "text" ? next?.lines : nil
    }
}

/// The first line that is not the expected one, with that; nil where all are. `…` stands for anything within a line.
private func firstDifference(_ output: String, _ expected: [String]) -> String? {
    let lines = output.components(separatedBy: "\n")
    for (line, wanted) in zip(lines, expected) where !isLineMatch(line, wanted) { return "\(line) is not \(wanted)" }
    if lines.count != expected.count { return "\(lines.count) lines, not \(expected.count)" }
    return nil
}

private func isLineMatch(_ line: String, _ expected: String) -> Bool {
    var rest = line[...]
    let parts = expected.components(separatedBy: "…")
    guard parts.count > 1 else { return line == expected }
    guard rest.hasPrefix(parts[0]) else { return false }
    rest = rest.dropFirst(parts[0].count)
    for part in parts.dropFirst().dropLast() where !part.isEmpty {
        guard let found = rest.range(of: part) else { return false }
        rest = rest[found.upperBound...]
    }
    return rest.hasSuffix(parts[parts.count - 1])
}
