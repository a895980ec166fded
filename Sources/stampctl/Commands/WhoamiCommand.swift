// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Foundation
import StampClient
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
    @OptionGroup var session: SelectedSessionOptions
    @OptionGroup var api: APIOptions
    @OptionGroup var relyingParty: RelyingPartyOptions
    @OptionGroup var organization: OrganizationOptions
    @OptionGroup var output: OutputOptions

    @Flag(help: "Ask no server: show the user of the last login or session, as it was stored.")
    var stored = false

    var passkeyHint: String? { relyingParty.makeHint() }

    func perform() async throws {
        let turnkey = try api.makeTurnkey(frame, organizationId: organization.organizationId)
        guard !stored else { return try printStoredUser(turnkey) }
        let client = turnkey.sessionClient(session: try turnkey.resolve(session))
        try await ConfirmationNotice.telling(turnkey.frame) {
            guard !output.json else { return try StandardOutput.write(try await client.askWhoami().text) }
            try output.print(TurnkeyUser(try await client.getWhoami()))
        }
    }

    private func printStoredUser(_ turnkey: Turnkey) throws {
        guard let user = try turnkey.getCurrentUser() else {
            throw Failure("no user has logged in here", status: .never)
        }
        try output.print(user)
    }
}

extension TurnkeyUser: Renderable {
    var lines: [String] {
        makeTable([
            ("organization", "\(organization.organizationName) (\(organization.organizationId))"),
            ("user", "\(username) (\(userId))"),
        ])
    }
}
