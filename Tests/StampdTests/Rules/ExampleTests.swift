// SPDX-License-Identifier: Apache-2.0
import Foundation
import Rules
import Testing

@testable import stampd

@Suite("the rule sets that a user copies")
struct ExampleTests {
    private static func examples() throws -> [String: String] {
        let directory = repository("examples/rules")
        let names = try FileManager.default.contentsOfDirectory(atPath: directory.path).filter { $0.hasSuffix(".json") }
        let pairs = try names.map { name in
            (String(name.dropLast(5)), try String(contentsOf: directory.appending(path: name), encoding: .utf8))
        }
        return Dictionary(uniqueKeysWithValues: pairs)
    }

    @Test("each is a configuration's set, under the name of its first rule") func areSets() throws {
        let examples = try Self.examples()
        #expect(examples.count == 11)
        for (name, text) in examples {
            let rules = try ConfiguredRules(Array(#"{"stamp": \#(text)}"#.utf8), for: ["control", "stamp"])
            let ids = text.matches(of: #/"id": "([a-z0-9-]+)"/#).map { String($0.1) }
            #expect(rules.sets.sets["stamp"]?.ruleCount == ids.count)
            #expect(ids.first == name)
        }
    }

    @Test("each decides as the vectors say of its rule") func decide() throws {
        let file = repository("Tests/Fixtures/rules.json")
        let vectors = try #require(try JSONSerialization.jsonObject(with: Data(contentsOf: file)) as? [String: Any])
        let examples = try Self.examples()
        var decided: Set<String> = []
        for row in try #require(vectors["decisions"] as? [[String: Any]]) where row["before"] == nil {
            let (expected, caller) = (row["expect"] as? [String: Any], row["caller"] as? [String: Any])
            guard row["ruleSet"] as? String == "desk", let caller, let id = expected?["id"] as? String,
                let text = examples[id], ["pendingPublicKey", "embeddedPublicKey"].allSatisfy({ caller[$0] == nil })
            else { continue }
            let frame = try RuledFrame(rules: #"{"stamp": \#(text)}"#)
            let now = try Date(try #require(row["now"] as? String), strategy: .iso8601)
            frame.clocks.wall = Int64(now.timeIntervalSince1970 * 1000)
            let name = try #require(caller["session"] as? String)
            try frame.startSession(name)
            var parameters: [String: Any] = ["socket": "stamp", "payload": try #require(row["payload"])]
            for name in ["uid", "gids", "unit", "session"] { parameters[name] = caller[name] }
            let reply = try frame.call("ExplainFor", parameters, at: "control")
            let found = try #require(reply["explanation"] as? [String: Any], "\(reply)")
            for member in ["effect", "id", "reason", "at"] {
                #expect(found[member] as? String == expected?[member] as? String, "\(id): \(row["payload"] ?? "")")
            }
            decided.insert(id)
        }
        #expect(decided.count >= 8, "\(decided)")
    }

    @Test("the documentation's example of rules is one") func documented() throws {
        let text = try String(contentsOf: repository("docs/reference/stampd.json.md"), encoding: .utf8)
        let blocks = text.matches(of: #/\n```json\n([^`]+)```/#).map { String($0.1) }
        let example = try #require(blocks.first { $0.contains("\"rules\"") })
        let reader = ConfigurationReaderTests.read(example)
        #expect(reader.faults == [])
        let rules = try ConfiguredRules(try #require(reader.rules), for: ["control", "stamp", "stamp-ci"])
        #expect(rules.sets.sets.count == 2)
    }
}
