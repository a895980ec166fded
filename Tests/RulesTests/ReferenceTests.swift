// SPDX-License-Identifier: Apache-2.0
import Foundation
import Rules
import Testing

@Suite("The reference of rules") struct ReferenceTests {
    private static func page() throws -> String {
        let file = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../docs/reference/rules.md")
        return try String(contentsOf: file, encoding: .utf8)
    }

    @Test("each table of the reference is the reader's own, in its order, and there is no other")
    func tables() throws {
        let members = try #require(try Self.page().components(separatedBy: "\n## Members\n").dropFirst().first)
        let section = try #require(members.components(separatedBy: "\n## ").first)
        let tables = section.components(separatedBy: "\n### ").dropFirst().map { "### \($0)" }
        #expect(tables.count == MemberTable.all.count)
        for table in MemberTable.all {
            #expect(tables.contains(table.markdown), "\n\(table.markdown)")
        }
    }

    @Test("every reason of a refusal is in the table of reasons, with what a client should do")
    func reasons() throws {
        let refusals = try #require(try Self.page().components(separatedBy: "\n## Refusals\n").dropFirst().first)
        let section = try #require(refusals.components(separatedBy: "\n## ").first)
        let reasons: [Reason] = [
            .payloadMalformed, .fieldAbsent, .fieldType, .fieldValue, .fieldExtra, .ruleDeny, .ruleNone, .timeStale,
            .timeWindow, .limit("NAME"), .confirmRefused, .confirmTimeout, .confirmNobody,
        ]
        let rows = section.split(separator: "\n").filter { $0.hasPrefix("| `") }
        #expect(rows.count == reasons.count)
        for (row, reason) in zip(rows, reasons) {
            #expect(row.hasPrefix("| `\(reason.text)` |"))
            #expect(row.hasSuffix("| `\(reason.isTransient ? "retry" : "never")` |"))
        }
    }
}

extension MemberTable {
    /// As the page has it.
    fileprivate var markdown: String {
        let rows = rows.map { "| `\($0.name)` | \($0.place) | \($0.value) | \($0.meaning) |\n" }
        return "### \(title)\n\n| member | in | value | meaning |\n|---|---|---|---|\n" + rows.joined()
    }
}
