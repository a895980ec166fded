// SPDX-License-Identifier: Apache-2.0
import Crypto
import Foundation
import Passkeys

@testable import SecurityKey

/// Software keys on a bench, and the real libfido2 in front of them.
struct Bench {
    /// P-256's base point.
    static let publicKey = "036b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296"
    static let body = Data(
        (#"{"type":"ACTIVITY_TYPE_STAMP_LOGIN","timestampMs":"1700000000000","organizationId":"o","#
            + #""parameters":{"publicKey":"\#(publicKey)","expirationSeconds":"900"}}"#).utf8
    )

    let keys: [SoftwareKey]
    let prompts: ScriptedPrompts
    var options = SecurityKeyOptions()

    init(_ keys: [SoftwareKey], _ prompts: ScriptedPrompts = ScriptedPrompts()) {
        self.keys = keys
        self.prompts = prompts
    }

    init(_ key: SoftwareKey, _ prompts: ScriptedPrompts = ScriptedPrompts()) {
        self.init([key], prompts)
    }

    var client: SecurityKey {
        SecurityKey(prompts: prompts, options: options, bus: KeyHub(keys: keys))
    }

    func assertion(rpId: String = "example.com") async throws(SecurityKeyError) -> PasskeyAssertion {
        try await client.assertion(approving: Self.body, rpId: rpId)
    }

    func registration(rpId: String = "example.com") async throws(SecurityKeyError) -> PasskeyAttestation {
        try await client.registration(of: PasskeyUser(userId: "user-1", userName: "ada"), rpId: rpId)
    }

    func name(of key: SoftwareKey) -> SecurityKeyName {
        SecurityKeyName(product: "Key \((keys.firstIndex { $0 === key } ?? 0) + 1)", path: key.path)
    }
}

extension PasskeyAssertion {
    /// Whether the signature is that of `key` over what the assertion says.
    func isSigned(by key: P256.Signing.PrivateKey) throws -> Bool {
        let signature = try P256.Signing.ECDSASignature(derRepresentation: signature)
        let message = authenticatorData + Data(SHA256.hash(data: clientDataJson))
        return key.publicKey.isValidSignature(signature, for: message)
    }

    var flags: UInt8 { authenticatorData[32] }
}
