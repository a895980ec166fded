// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Foundation
import Rules

struct RulesTestCommand: ReportingCommand {
    static let configuration = CommandConfiguration(
        commandName: "test",
        abstract: "Decide payloads by the rules of a file, and compare what comes of them.",
        discussion: """
            For a CI: no frame is asked. The file of cases is one JSON object:

              {"rules": "stampd.json", "cases": [
                {"name": "the agent reads", "socket": "stamp",
                 "caller": {"uid": 1000, "unit": "agent.service", "session": "trading"},
                 "payload": {"organizationId": "…"},
                 "expect": {"effect": "allow", "id": "queries"}}]}

            rules: a configuration or a rule set, from the file's directory; --rules goes before it. caller: uid, gids, \
            unit, session, origin, organizationId, delegate, path, sessionPublicKey, pendingPublicKey, \
            embeddedPublicKey. payload: the object, or its bytes as a text. before: payloads that were stamped just \
            before. now: a time (2026-11-30T10:00:00Z), of a case or of all; else it is the payload's timestampMs. \
            expect: effect (allow, deny, confirm), and id, reason, at where they matter; null for none.

            Ends with 1 where a case came out otherwise than it must. With --json: a line for each case.
            """
    )

    @Option(
        help: ArgumentHelp("The rules: a configuration or a rule set, or - for standard input.", valueName: "file")
    )
    var rules: InputFile?

    @OptionGroup var output: OutputOptions

    @Argument(help: "The cases' file, or - for standard input.")
    var cases: InputFile

    func validate() throws {
        guard rules?.path != "-" || cases.path != "-" else {
            throw ValidationError("standard input is named twice: as the rules, and as the cases")
        }
    }

    func perform() async throws {
        let cases: RuleCases
        let text = try self.cases.read()
        do throws(RuleFault) { cases = try RuleCases(reading: text) } catch {
            let place = error.member.isEmpty ? "" : "\(error.member): "
            throw Failure("in the file of cases, \(place)\(error.message)", status: .wrongUsage)
        }
        let rules = try readRules(cases)
        let results = try cases.cases.map { try $0.run(with: rules) }
        if output.json {
            for result in results { try output.print(json: result) }
        } else {
            try StandardOutput.write(CaseTable(results: results).lines)
        }
        guard results.allSatisfy(\.passed) else { throw ExitCode(ExitStatus.otherwise.rawValue) }
    }

    private func readRules(_ cases: RuleCases) throws -> RuleFile {
        guard let file = rules ?? cases.rules.map(resolve) else {
            throw Failure("no rules are named", hint: "give --rules FILE", status: .wrongUsage)
        }
        let text = try file.read()
        do throws(RuleFaults) { return try RuleFile(reading: text) } catch {
            let count = error.faults.count == 1 ? "a fault" : "\(error.faults.count) faults"
            throw Failure(
                "the rules have \(count)",
                hint: "\"stampctl rules check\" names the faults",
                status: .never
            )
        }
    }

    /// Resolves a path from the directory of the file of cases; for standard input, from the current directory.
    private func resolve(_ path: String) -> InputFile {
        guard cases.path != "-", !path.hasPrefix("/") else { return InputFile(path: path) }
        return InputFile(path: URL(filePath: cases.path).deletingLastPathComponent().appending(path: path).path)
    }
}
