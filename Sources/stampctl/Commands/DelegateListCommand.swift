// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import StampingProxy

struct DelegateListCommand: ReportingCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List the delegates that have a living pair."
    )

    @OptionGroup var admin: AdminOptions
    @OptionGroup var output: OutputOptions

    func perform() async throws {
        try output.print(try await admin.ask { (client) async throws(DelegateClientError) in try await client.list() })
    }
}

extension DelegateList: Renderable {
    var lines: [String] {
        delegates.map { delegate in
            "\(delegate.name)  \(delegate.session)  uid \(delegate.userId)  \(delegate.publicKey)  "
                + makeDurationText(milliseconds: delegate.expiresInMilliseconds)
        }
    }
}
