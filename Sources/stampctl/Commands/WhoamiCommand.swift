// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Foundation
import TurnkeyClient

struct WhoamiCommand: ReportingCommand {
    static let configuration = CommandConfiguration(
        commandName: "whoami",
        abstract: "Ask the API whom the session acts for.",
        discussion: """
            With --json: the API's answer as it came.
            """
    )

    @OptionGroup var frame: FrameOptions
    @OptionGroup var session: SessionOptions
    @OptionGroup var api: APIOptions
    @OptionGroup var organization: OrganizationOptions
    @OptionGroup var output: OutputOptions

    var passkeyHint: String? { api.passkeyHint }

    func perform() async throws {
        let client = try api.makeClient(
            frame.stampClient,
            session: session.session,
            organizationId: organization.readOrganizationId()
        )
        let answer = try await client.query("whoami", body: try client.makeWhoamiBody())
        guard !output.json else { return try StandardOutput.write(answer) }
        let whoami = try client.readWhoami(answer)
        let table = makeTable([
            ("organization", "\(whoami.organizationName) (\(whoami.organizationId))"),
            ("user", "\(whoami.username) (\(whoami.userId))"),
        ])
        try StandardOutput.write(Data(table.joined(separator: "\n").utf8))
    }
}
