// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

@testable import stampd

@Suite("the table of settings, and what says the same")
struct ConfigurationTableTests {
    /// A setting as a page has it.
    struct Row: Equatable {
        let name: String
        let values: String
        let `default`: String
        let effect: String
    }

    static let rows = Setting.all.map { setting in
        Row(
            name: setting.name,
            values: setting.takes.replacing("a whole number from ", with: ""),
            default: setting.value(in: Configuration())?.description ?? "none",
            effect: setting.effect.name
        )
    }

    @Test("no two settings have one name, one option or one place")
    func unique() {
        #expect(Set(Setting.all.map(\.name)).count == Setting.all.count)
        #expect(Set(Setting.all.map(\.optionName)).count == Setting.all.count)
        for setting in Setting.all {
            var changed = Configuration()
            for value in setting.someValues { _ = setting.set(value, in: &changed) }
            let moved = Setting.all.filter { $0.value(in: changed) != $0.value(in: Configuration()) }
            #expect(moved.map(\.name) == [setting.name])
        }
    }

    @Test("the help has each option of the table, with its default, and no other")
    func help() throws {
        let lines = Help.text.split(separator: "\n").filter { $0.hasPrefix("  -") }
        let names = lines.compactMap { $0.split(separator: " ").first { $0.hasPrefix("--") } }.map(String.init)
        let own = [
            "--socket-directory", "--stamp-socket", "--boot-id", "--configuration", "--check-configuration",
            "--deliver-socket", "--deliver-group", "--frame-id", "--machine-id", "--instance", "--version", "--help",
        ]
        let options = Setting.all.filter(\.isOption)
        #expect(Set(names) == Set(options.map(\.optionName) + own))
        #expect(names.count == options.count + own.count)
        for setting in options {
            guard case .number(let number) = setting.value(in: Configuration()) else { continue }
            let line = try #require(lines.first { $0.hasPrefix("  \(setting.optionName) ") })
            #expect(line.contains("(\(number))"), "\(line)")
        }
    }

    @Test("the page of the documentation has each member, its option, default, values and effect, in the table's order")
    func documentation() throws {
        let text = try String(contentsOf: repository("docs/reference/stampd.json.md"), encoding: .utf8)
        let cells = text.split(separator: "\n").filter { $0.hasPrefix("| `") }.map { line in
            line.split(separator: "|").map { $0.trimmingCharacters(in: [" ", "`"]) }
        }.filter { $0.count == 6 }
        #expect(cells.map { Row(name: $0[0], values: $0[3], default: $0[2], effect: $0[4]) } == Self.rows)
        #expect(cells.map { $0[1] } == Setting.all.map { $0.isOption ? $0.optionName : "" })
    }

    @Test("the rules that the documentation shows are rules")
    func documentedRules() throws {
        let text = try String(contentsOf: repository("docs/reference/stampd.json.md"), encoding: .utf8)
        let example = try #require(text.firstMatch(of: #/\n```json\n([^`]+)```/#)).1
        let reader = ConfigurationReaderTests.read(String(example))
        #expect(reader.faults == [] && reader.configuration.authorization.sockets.count == 3)
    }

    @Test("the man page, which is made from that page, has the same")
    func manPage() throws {
        let output = Pipe()
        let fill = Process()
        fill.executableURL = repository("man/fill")
        fill.arguments = [repository("man/stampd.json.5.in").path]
        fill.standardOutput = output
        try fill.run()
        let text = String(decoding: try output.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
        fill.waitUntilExit()
        #expect(fill.terminationStatus == 0)
        let found = text.matches(of: #/\n\.It Ic ([A-Za-z]+)\n(.+); default (.+); (.+)\.\n/#).map { match in
            Row(name: "\(match.1)", values: "\(match.2)", default: "\(match.3)", effect: "\(match.4)")
        }
        #expect(found == Self.rows)
    }

    @Test("the packaged file is read without a fault or a warning, and holds only what differs from the defaults")
    func packaged() throws {
        let text = try Data(contentsOf: repository("systemd/stampd.json"))
        let reader = ConfigurationReaderTests.read(Array(text))
        #expect(reader.faults == [] && reader.warnings == [])
        #expect(reader.rules == Array(#"{ "stamp": "contained" }"#.utf8))
        let differing = Setting.all.filter { $0.value(in: reader.configuration) != $0.value(in: Configuration()) }
        #expect(differing.map(\.name) == ["keepState"])
        let members = try #require(try JSONSerialization.jsonObject(with: text) as? [String: Any])
        #expect(Set(members.keys) == Set(differing.map(\.name) + ["rules"]))
    }
}

func repository(_ path: String) -> URL {
    URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../\(path)").standardized
}

extension Setting {
    /// Values at both ends that it takes; one of them at least is not its default.
    var someValues: [Value] {
        switch place {
        case .count(_, let range), .number(_, let range), .choice(_, let range):
            [.number(range.lowerBound), .number(range.upperBound), .number(range.lowerBound)]
        case .flag: [.flag(false), .flag(true)]
        case .path(_, let lengths): [.text(String(repeating: "x", count: lengths.upperBound)), .text("/x")]
        }
    }
}

extension Setting.Effect {
    fileprivate var name: String {
        switch self {
        case .reload: "reload"
        case .nextConnection: "new connections"
        case .start: "start"
        }
    }
}
