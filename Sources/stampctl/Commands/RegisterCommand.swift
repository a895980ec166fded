// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import TurnkeyClient

struct RegisterCommand: ReportingCommand {
    static let configuration = CommandConfiguration(
        commandName: "register",
        abstract: "Make a passkey, and register it for a user.",
        usage: "stampctl register [--browser | --security-key] [--api-key-file <file>] [<options>]",
        discussion: """
            The passkey is made in the browser, for localhost, or with --security-key on a key in a USB port. A \
            passkey of your own site is made by the site.

            The registration is stamped by the session, or by an API key: a file with one JSON object, publicKey and \
            privateKey in hex, that only its owner may read. The passkey becomes one of that session's or key's user.
            """
    )

    @OptionGroup var frame: FrameOptions
    @OptionGroup var session: SelectedSessionOptions
    @OptionGroup var api: APIOptions
    @OptionGroup var organization: OrganizationOptions
    @OptionGroup var passkey: PasskeyOptions
    @OptionGroup var output: OutputOptions

    @Option(help: ArgumentHelp("Stamp with this API key.", valueName: "file"), completion: .file())
    var apiKeyFile: String?

    @Option(help: ArgumentHelp("The passkey's name at the API (default: Passkey of DOMAIN).", valueName: "name"))
    var name: String?

    @Option(help: .hidden)
    var site: String?

    var passkeyHint: String? {
        "\"stampctl login\" first, or give --api-key-file FILE: a first passkey needs an API key of the user's"
    }

    func validate() throws {
        guard site == nil else {
            throw ValidationError("the login page of a site makes no passkeys: the site itself does, or --security-key")
        }
    }

    func perform() async throws {
        try output.print(try await Interruption.cancelling(register))
    }

    @Sendable private func register() async throws -> RegisteredPasskey {
        let turnkey = try api.makeTurnkey(frame, organizationId: organization.organizationId, passkey)
        guard let rpId = turnkey.config.rpId else { throw TurnkeyError.configuration(.missingRelyingParty) }
        let client = try makeClient(turnkey)
        let whoami = try await client.getWhoami()
        let user = PasskeyUser(userId: whoami.userId, userName: whoami.username)
        let attestation = try await turnkey.register(user)
        let authenticator = NewAuthenticator(authenticatorName: name ?? "Passkey of \(rpId)", attestation: attestation)
        do throws(TurnkeyError) {
            let ids = try await client.inOrganization(whoami.organizationId)
                .createAuthenticators(userId: whoami.userId, authenticators: [authenticator])
            return RegisteredPasskey(authenticatorIds: ids, userId: whoami.userId)
        } catch {
            // Recorded at once, because Ctrl-C ends the process before any error is printed.
            let unregistered = UnregisteredPasskey(user: user, rpId: rpId, credentialId: attestation.credentialId)
            for line in unregistered.lines(after: error, atSecurityKey: passkey.securityKey) {
                StandardError.write(line)
            }
            throw error
        }
    }

    private func makeClient(_ turnkey: Turnkey) throws -> APIClient {
        guard let apiKeyFile else { return turnkey.sessionClient(session: try turnkey.resolve(session)) }
        return turnkey.client(try APIKeyFile(apiKeyFile).makeStamper())
    }
}

/// A passkey that is registered at the API.
struct RegisteredPasskey: Renderable {
    let authenticatorIds: [String]
    let userId: String

    var lines: [String] { makeTable(authenticatorIds.map { ("authenticator", $0) } + [("user", userId)]) }
}
