// SPDX-License-Identifier: Apache-2.0
import Crypto
import Foundation
import Logging
import Testing
import TurnkeyClient
import TurnkeySandbox

@testable import SecurityKey

@Suite("A security key and the sandbox", .timeLimit(.minutes(15))) struct SandboxTests {
    private func withTurnkey(
        _ key: SoftwareKey,
        _ body: (Turnkey, SecurityKey, ReadyInformation) async throws -> Void
    ) async throws {
        defer { key.unplug() }
        let client = Bench(key, ScriptedPrompts(pins: Array(repeating: "1234", count: 4))).client
        var configuration = SandboxConfiguration()
        configuration.logger = Logger(label: "sandbox") { _ in SwiftLogNoOpLogHandler() }
        try await TurnkeySandbox(configuration).withRunning { ready in
            let turnkey = Turnkey(
                try TurnkeyConfiguration(
                    apiBaseUrl: APIBaseURL(ready.baseUrl),
                    defaultOrganizationId: ready.organizationId,
                    rpId: ready.rpId,
                    notarizerPublicKey: ready.notarizerPublicKey
                ),
                passkey: client
            )
            try await body(turnkey, client, ready)
        }
    }

    /// `create_authenticators`, stamped by the root user's API key.
    private func register(_ attestation: PasskeyAttestation, _ turnkey: Turnkey, _ ready: ReadyInformation) async throws
    {
        let inner: [String: Any] = [
            "credentialId": attestation.credentialId.base64URL,
            "clientDataJson": attestation.clientDataJson.base64URL,
            "attestationObject": attestation.attestationObject.base64URL,
            "transports": ["AUTHENTICATOR_TRANSPORT_USB"],
        ]
        let request: [String: Any] = [
            "type": "ACTIVITY_TYPE_CREATE_AUTHENTICATORS_V2",
            "timestampMs": String(Int64(Date().timeIntervalSince1970 * 1000)),
            "organizationId": ready.organizationId,
            "parameters": [
                "userId": ready.userId,
                "authenticators": [
                    [
                        "authenticatorName": "USB", "challenge": attestation.challenge.base64URL, "attestation": inner,
                    ] as [String: Any]
                ],
            ] as [String: Any],
        ]
        let body = try JSONSerialization.data(withJSONObject: request)
        let root = turnkey.client(try APIKeyStamper(hexadecimal: ready.apiPrivateKey))
        _ = try await root.submit("create_authenticators", body: body)
    }

    @Test(
        "a key registered there approves whoami and a stamp_login whose key then stamps",
        arguments: [
            SoftwareKey.Settings(), .init(pin: "1234"), .init(pin: "1234", pinProtocol: 2), .init(refusedFingers: 0),
        ]
    ) func flow(settings: SoftwareKey.Settings) async throws {
        try await withTurnkey(try SoftwareKey(settings)) { turnkey, client, ready in
            let user = PasskeyUser(userId: ready.userId, userName: ready.username)
            try await register(try await client.registration(of: user, rpId: ready.rpId), turnkey, ready)
            let passkey = try turnkey.passkeyClient().api
            #expect(try await passkey.getWhoami().userId == ready.userId)
            let session = APIKeyStamper(P256.Signing.PrivateKey())
            let token = try await passkey.stampLogin(publicKey: session.publicKey, expirationSeconds: 900)
            #expect(token.publicKey == session.publicKey)
            #expect(try await turnkey.client(session).getWhoami().userId == ready.userId)
        }
    }

    @Test("a credential that was never registered is refused by the API, not by the key") func unknown() async throws {
        try await withTurnkey(try SoftwareKey()) { turnkey, client, ready in
            let user = PasskeyUser(userId: ready.userId, userName: ready.username)
            _ = try await client.registration(of: user, rpId: ready.rpId)
            let error = await #expect(throws: TurnkeyError.self) {
                try await turnkey.passkeyClient().api.getWhoami()
            }
            guard case .api = error else { return #expect(Bool(false), "\(String(describing: error))") }
        }
    }

    @Test("a refusal at the key is the passkey's error, with its cause") func refused() async throws {
        try await withTurnkey(try SoftwareKey()) { turnkey, _, _ in
            let error = await #expect(throws: TurnkeyError.self) {
                try await turnkey.passkeyClient().api.getWhoami()
            }
            guard case .passkey(let cause as SecurityKeyError) = error, case .noCredential = cause else {
                return #expect(Bool(false), "\(String(describing: error))")
            }
        }
    }
}

extension Data {
    fileprivate var base64URL: String {
        base64EncodedString().replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
    }
}
