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

    @Option(
        help: ArgumentHelp(
            "The relying party of the passkeys, to name in the hint when one has to approve (else TURNKEY_RP_ID).",
            valueName: "domain"
        )
    )
    var rpId: String?

    /// A client whose requests are stamped by a session of the frame. `organizationId` is for the bodies that it makes
    /// itself; a body that is handed to it names its own.
    func makeClient(_ frame: StampClient, session: String?, organizationId: String = "") throws -> APIClient {
        let baseURL = try (apiBaseUrl ?? readVariable("TURNKEY_API_BASE_URL")).map { text throws(TurnkeyError) in
            try APIBaseURL(text)
        }
        let configuration = try TurnkeyConfiguration(
            apiBaseUrl: baseURL ?? .turnkey,
            defaultOrganizationId: organizationId
        )
        return Turnkey(configuration, frame: frame).sessionClient(session: session)
    }

    var passkeyHint: String? {
        (rpId ?? readVariable("TURNKEY_RP_ID")).map {
            "approve a session with a passkey of \($0), then \"stampctl inject\" its bundle"
        }
    }
}

/// An environment variable, unless it is empty.
func readVariable(_ name: String) -> String? {
    ProcessInfo.processInfo.environment[name].flatMap { $0.isEmpty ? nil : $0 }
}
