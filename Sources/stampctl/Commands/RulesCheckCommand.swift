// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Rules

struct RulesCheckCommand: ReportingCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Look for faults in rules, and for rules that are hardly meant.",
        discussion: """
            The file is a frame's configuration (stampd.json), of which only the rules are looked at, or one rule set: \
            an object, or a built-in set's name as a JSON text. Whether a frame takes the rest of a configuration says \
            "stampd --check-configuration".

            Ends with 5 where there is a fault, and with --strict also where there is a warning. What the sets' sha256 \
            are is shown by "stampctl rules show" of a frame that has them in force.
            """
    )

    @OptionGroup var output: OutputOptions

    @Flag(help: "A warning is a fault.")
    var strict = false

    @Argument(help: "The file, or - for standard input.")
    var file: InputFile

    func perform() async throws {
        let report: RuleReport
        let text = try file.read()
        do throws(RuleFaults) { report = RuleReport(try RuleFile(reading: text)) } catch { report = RuleReport(error) }
        try output.print(report)
        guard report.faults.isEmpty, !strict || report.warnings.isEmpty else {
            throw ExitCode(ExitStatus.never.rawValue)
        }
    }
}
