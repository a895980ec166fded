// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

@Suite("The decision on dependencies")
struct DependencyTests {
    @Test("names each package of Package.swift with its exact version, and no other")
    func isTrue() throws {
        let manifest = try String(contentsOf: MarkdownPage.root.appending(path: "Package.swift"), encoding: .utf8)
        let decision = try String(
            contentsOf: MarkdownPage.root.appending(path: "docs/decisions/0005-dependencies-of-the-clients.md"),
            encoding: .utf8
        )
        let used = manifest.matches(of: #/\.package\(url: "[^"]*\/([^"\/]+)", exact: "([^"]+)"\)/#).map {
            "\($0.1) \($0.2)"
        }
        let decided = decision.matches(of: #/(?m)^\| ([a-z-]+) \| ([0-9.]+) \|/#).map { "\($0.1) \($0.2)" }
        #expect(!used.isEmpty)
        #expect(used.sorted() == decided.sorted())
        #expect(manifest.matches(of: #/\.package\(/#).count == used.count, "a package without an exact version")
    }
}
