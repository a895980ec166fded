// SPDX-License-Identifier: Apache-2.0
import Foundation

extension Fixture.APIKey {
    func make(path: String, at now: Date) throws(FixtureError) -> APIKey {
        guard let key = APIPublicKey(hex: publicKey) else {
            throw .invalid(path: "\(path).publicKey", reason: "must be a compressed P-256 point in 66 hex digits")
        }
        return APIKey(
            id: apiKeyId ?? UUID(),
            name: apiKeyName,
            publicKey: key,
            kind: .apiKey,
            createdAt: now,
            expiration: try Fixture.expiration(expirationSeconds, path: "\(path).expirationSeconds")
        )
    }
}

extension Fixture.Authenticator {
    func make(
        path: String,
        parties: RelyingParties,
        at now: Date
    ) throws(FixtureError) -> Authenticator {
        guard let id = Base64URL.decode(credentialId), !id.isEmpty else {
            throw .invalid(path: "\(path).credentialId", reason: "must be base64url")
        }
        guard let bytes = Base64URL.decode(publicKey), let key = COSEKey(bytes) else {
            throw .invalid(path: "\(path).publicKey", reason: "must be an ES256 key in COSE form, base64url")
        }
        guard (transports ?? []).allSatisfy(AuthenticatorTransport.isKnown) else {
            throw .invalid(path: "\(path).transports", reason: "must be AUTHENTICATOR_TRANSPORT_… each")
        }
        guard let party = rpId == nil ? parties.first : parties[rpId ?? ""] else {
            throw .invalid(path: "\(path).rpId", reason: "must be a relying party of the sandbox")
        }
        return Authenticator(
            id: authenticatorId ?? UUID(),
            name: authenticatorName,
            credentialId: id,
            key: key,
            aaguid: Data(count: 16),
            transports: transports ?? [],
            rpId: party.id,
            createdAt: now,
            counter: counter ?? 0
        )
    }
}
