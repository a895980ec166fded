// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import StampClient

struct StatusCommand: ReportingCommand {
    static let configuration = CommandConfiguration(
        commandName: "status",
        abstract: "Show what the frame is and has done.",
        discussion: """
            With --accounts: its connections, by account. An account is a user with every subordinate uid of \
            theirs; "-" stands for those that cannot be told. HELD BACK says why calls of it wait: rate, reading \
            (memory for unfinished calls), output (replies that are not taken) or connections.
            """
    )

    @OptionGroup var frame: FrameOptions
    @OptionGroup var output: OutputOptions

    @Flag(help: "List the accounts that are connected; asks the control socket.")
    var accounts = false

    func perform() async throws {
        guard accounts else { return try output.print(try await frame.stampClient.getStatus()) }
        let accounts = try await frame.controlClient.listAccounts()
        if output.json {
            for account in accounts { try output.print(account) }
        } else {
            try output.print(AccountTable(accounts: accounts))
        }
    }
}
