// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Foundation
import StampClient
import TurnkeyClient

/// Which API, and for whom.
struct APIOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The API: https, or http to this machine (else TURNKEY_API_BASE_URL, https://api.turnkey.com).",
            valueName: "url"
        )
    )
    var apiBaseUrl: String?

    /// The way to the API and to the frame; what is not given comes from the environment or from turnkey.json.
    ///
    /// - Throws: where no organization is named.
    func makeTurnkey(
        _ frame: FrameOptions,
        organizationId: String?,
        stampingAt socket: String = "stamp"
    ) throws -> Turnkey {
        let config = try load(frame, organizationId: organizationId)
        let configured = FrameOptions(socketDirectory: config.socketDirectory, frameUser: frame.frameUser)
        return Turnkey(config, frame: configured.stampClient(at: socket), control: configured.controlClient)
    }

    /// The same with somebody who asks for passkeys.
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

    /// As above, for bodies that name their organization themselves, and for what needs none. `socket`: the stamp socket
    /// that is used.
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
