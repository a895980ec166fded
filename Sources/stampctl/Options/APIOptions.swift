// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Foundation
import StampClient
import TurnkeyClient

/// The options that name the API and the organization.
struct APIOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The API: https, or http to this machine (else TURNKEY_API_BASE_URL, https://api.turnkey.com).",
            valueName: "url"
        )
    )
    var apiBaseUrl: String?

    /// Makes the entry point to API and frame; options that are not given come from the environment or from
    /// turnkey.json.
    ///
    /// - Throws: `Failure` if no organization is named.
    func makeTurnkey(
        _ frame: FrameOptions,
        organizationId: String?,
        stampingAt socket: String = "stamp"
    ) throws -> Turnkey {
        let config = try load(frame, organizationId: organizationId)
        let configured = FrameOptions(socketDirectory: config.socketDirectory, frameUser: frame.frameUser)
        return Turnkey(config, frame: configured.stampClient(at: socket), control: configured.controlClient)
    }

    /// Makes the same, with an authenticator that asks for passkeys.
    func makeTurnkey(_ frame: FrameOptions, organizationId: String?, _ passkey: PasskeyOptions) throws -> Turnkey {
        var config = try load(frame, organizationId: organizationId, rpId: passkey.rpId)
        if config.rpId == nil {
            config = try load(frame, organizationId: organizationId, rpId: passkey.defaultRpId)
        }
        let configured = FrameOptions(socketDirectory: config.socketDirectory, frameUser: frame.frameUser)
        return Turnkey(
            config,
            passkey: try passkey.makeAuthenticator(config),
            frame: configured.stampClient,
            control: configured.controlClient
        )
    }

    /// Makes the same for requests that name their organization themselves, and for those that need none. `socket` is
    /// the stamp socket to use.
    func makeTurnkey(_ frame: FrameOptions, stampingAt socket: String = "stamp") throws -> Turnkey {
        do {
            return try makeTurnkey(frame, organizationId: nil, stampingAt: socket)
        } catch TurnkeyError.configuration(.missingOrganization) {
            return try makeTurnkey(frame, organizationId: "", stampingAt: socket)
        }
    }

    private func load(
        _ frame: FrameOptions,
        organizationId: String?,
        rpId: String? = nil
    ) throws -> TurnkeyConfiguration {
        try TurnkeyConfiguration.load(
            apiBaseUrl: apiBaseUrl,
            defaultOrganizationId: organizationId,
            rpId: rpId,
            socketDirectory: frame.socketDirectory
        )
    }
}
