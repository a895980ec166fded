// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import StampingProxy

struct DelegateRevokeCommand: ReportingCommand {
    static let configuration = CommandConfiguration(
        commandName: "revoke",
        abstract: "End a delegate's pair at once."
    )

    @OptionGroup var admin: AdminOptions
    @OptionGroup var output: OutputOptions

    @Option(help: ArgumentHelp("The delegate."), transform: readDelegateName)
    var name: String

    func perform() async throws {
        try output.print(
            try await admin.ask { (client) async throws(DelegateClientError) in try await client.revoke(name) }
        )
    }
}

extension RevokedDelegate: Tabular {
    var rows: [Row] { [("revoked", name)] }
}
