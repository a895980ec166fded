// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import StampClient
import StampingProxy

struct DelegateCreateCommand: ReportingCommand {
    static let configuration = CommandConfiguration(
        commandName: "create",
        abstract: "Make a placeholder pair for a delegate: it is good at the proxy alone, until its end."
    )

    @OptionGroup var admin: AdminOptions
    @OptionGroup var session: SessionOptions
    @OptionGroup var output: OutputOptions

    @Option(help: ArgumentHelp("The delegate, of those that the proxy was started with."), transform: readDelegateName)
    var name: String

    @Option(
        name: .customLong("for"),
        help: ArgumentHelp("How long the pair is good at most: 90s, 15m, 8h, 30d.", valueName: "duration")
    )
    var life: LifeOption

    @Flag(help: "Let the pair outlive the session, and ask for whichever has the session's name.")
    var anySession = false

    @Option(
        help: ArgumentHelp(
            "Whose programs may use the pair, besides root's: a name or a number (default: yours).",
            valueName: "user"
        )
    )
    var user: FrameUser?

    func perform() async throws {
        let wanted = DelegateRequest.Create(
            name: name,
            expirationSeconds: life.seconds,
            session: session.session,
            anySession: anySession,
            userId: user?.userId
        )
        try output.print(
            try await admin.ask { (client) async throws(DelegateClientError) in try await client.create(wanted) }
        )
    }
}

extension CreatedDelegate: Tabular {
    var rows: [Row] {
        [
            ("delegate", name), ("public key", publicKey.text), ("private key", privateKey),
            ("expires in", makeDurationText(milliseconds: expiresInMilliseconds)), ("organization", organizationId),
            ("listening", listening.joined(separator: ", ")),
        ]
    }
}
