// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import TurnkeyClient

struct RegisterCommand: ReportingCommand {
    static let configuration = CommandConfiguration(
        commandName: "register",
        abstract: "Make a passkey of localhost, and register it for a user.",
        discussion: """
            The registration is stamped by the session, or by an API key: a file with one JSON object, publicKey and \
            privateKey in hex, that only its owner may read.
            """
    )

    @OptionGroup var frame: FrameOptions
    @OptionGroup var session: SelectedSessionOptions
    @OptionGroup var api: APIOptions
    @OptionGroup var organization: OrganizationOptions
    @OptionGroup var page: PageOptions
    @OptionGroup var output: OutputOptions

    @Option(help: ArgumentHelp("Stamp with this API key.", valueName: "file"), completion: .file())
    var apiKeyFile: String?

    @Option(help: ArgumentHelp("The passkey's name at the API.", valueName: "name"))
    var name = "Passkey of localhost"

    func perform() async throws {
        let turnkey = try api.makeTurnkey(frame, organizationId: organization.organizationId, page)
        let client = try makeClient(turnkey)
        let whoami = try await client.getWhoami()
        let user = PasskeyUser(userId: whoami.userId, userName: whoami.username)
        let attestation = try await turnkey.register(user)
        let ids = try await client.inOrganization(whoami.organizationId).createAuthenticators(
            userId: whoami.userId,
            authenticators: [NewAuthenticator(authenticatorName: name, attestation: attestation)]
        )
        try output.print(RegisteredPasskey(authenticatorIds: ids, userId: whoami.userId))
    }

    private func makeClient(_ turnkey: Turnkey) throws -> APIClient {
        guard let apiKeyFile else { return turnkey.sessionClient(session: try turnkey.resolve(session)) }
        return turnkey.client(try APIKeyFile(apiKeyFile).makeStamper())
    }
}

/// A passkey that the API knows from now on.
struct RegisteredPasskey: Renderable {
    let authenticatorIds: [String]
    let userId: String

    var lines: [String] { makeTable(authenticatorIds.map { ("authenticator", $0) } + [("user", userId)]) }
}
