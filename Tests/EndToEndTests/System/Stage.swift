// SPDX-License-Identifier: Apache-2.0
import Foundation
import SoftwarePasskey
import StampClient
import TurnkeyClient

extension System {
    /// A frame, a sandbox, and a page that uses both with a passkey of software.
    struct Stage {
        let frame: FrameProcess
        let sandbox: Sandbox
        let passkey = SoftwarePasskey()

        var address: FrameAddress { FrameAddress(socketDirectory: frame.directory) }
        /// Where clients of this stage store their sessions.
        var stateDirectory: String { frame.directory + "/state/stampd" }
        var control: ControlClient { ControlClient(address, deadline: .seconds(patience)) }

        /// A page's client. Polls often, so that no test waits for it. `other` approves in place of the passkey of software.
        func makeTurnkey(
            requestTimeout: Duration = .seconds(patience),
            passkey other: (any PasskeyAuthenticator)? = nil
        ) throws -> Turnkey {
            let ready = sandbox.ready
            let configuration = try TurnkeyConfiguration(
                apiBaseUrl: APIBaseURL(ready.baseUrl),
                defaultOrganizationId: ready.organizationId,
                rpId: ready.rpId,
                socketDirectory: frame.directory,
                notarizerPublicKey: ready.notarizerPublicKey
            )
            return Turnkey(
                configuration,
                passkey: other ?? passkey,
                frame: StampClient(address, deadline: .seconds(patience)),
                control: control,
                polling: ActivityPolling(interval: .milliseconds(20), limit: .seconds(30)),
                requestTimeout: requestTimeout,
                stateDirectory: stateDirectory
            )
        }

        /// The user's own API key stamps.
        func makeRoot(_ turnkey: Turnkey) throws -> APIClient {
            turnkey.client(try APIKeyStamper(hexadecimal: sandbox.ready.apiPrivateKey))
        }

        /// Makes the passkey known to the API.
        func registerPasskey(_ turnkey: Turnkey) async throws {
            let authenticator = try JSONSerialization.jsonObject(with: JSONEncoder().encode(passkey.registration()))
            let parameters: [String: Any] = ["userId": sandbox.ready.userId, "authenticators": [authenticator]]
            let body = try makeSubmission("ACTIVITY_TYPE_CREATE_AUTHENTICATORS_V2", parameters)
            _ = try await makeRoot(turnkey).submit("create_authenticators", body: body)
        }

        /// A client whose user is known: the passkey is registered, and the user has logged in with it.
        func logIn() async throws -> Turnkey {
            let turnkey = try makeTurnkey()
            try await registerPasskey(turnkey)
            try await turnkey.passkeyClient().login()
            return turnkey
        }

        func makeSubmission(_ type: String, _ parameters: [String: Any]) throws -> Data {
            try JSONSerialization.data(withJSONObject: [
                "type": type, "timestampMs": String(Int64(Date().timeIntervalSince1970 * 1000)),
                "organizationId": sandbox.ready.organizationId, "parameters": parameters,
            ])
        }

        /// The parameters that register one key of the user's.
        func makeKeyParameters(_ name: String, _ publicKey: String) -> [String: Any] {
            let key = ["apiKeyName": name, "publicKey": publicKey, "curveType": "API_KEY_CURVE_P256"]
            return ["userId": sandbox.ready.userId, "apiKeys": [key]]
        }
    }
}
