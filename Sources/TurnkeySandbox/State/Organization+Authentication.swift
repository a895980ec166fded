// SPDX-License-Identifier: Apache-2.0
import Foundation

extension Organization {
    /// Whether the stamp names a credential of one of its users, valid or not.
    func knows(_ stamp: Stamp) -> Bool {
        switch stamp {
        case .apiKey(let stamp): owner(ofPublicKey: stamp.publicKey) != nil
        case .webAuthn(let stamp): owner(ofCredential: stamp.credentialId) != nil
        case .session(let token): readOnlySession(token) != nil
        }
    }

    /// Finds and verifies the sender of a stamp: key known, then signature, then expiry. Stores a passkey's counter.
    mutating func authenticate(
        _ stamp: Stamp,
        of body: Data,
        for parties: RelyingParties,
        at now: Date
    ) throws(APIRefusal) -> Caller {
        switch stamp {
        case .apiKey(let stamp): try authenticate(stamp, of: body, at: now)
        case .webAuthn(let stamp): try authenticate(stamp, of: body, for: parties)
        case .session(let token): try authenticate(session: token, at: now)
        }
    }

    private func authenticate(_ stamp: APIKeyStamp, of body: Data, at now: Date) throws(APIRefusal) -> Caller {
        guard let (user, key) = owner(ofPublicKey: stamp.publicKey) else {
            throw .publicKeyNotFound(publicKey: stamp.publicKey, organizationId: id.text)
        }
        guard stamp.isValid(for: body, by: key.publicKey) else { throw .apiKeySignature }
        guard !key.hasExpired(at: now) else { throw .apiKeyExpired(publicKey: key.publicKey.hex) }
        return Caller(
            organizationId: id,
            userId: user.id,
            sessionProfileId: key.sessionProfileId,
            signature: Caller.Signature(
                publicKey: key.publicKey.hex,
                signature: stamp.signature,
                scheme: APIKeyStamp.scheme
            )
        )
    }

    private mutating func authenticate(
        _ stamp: WebAuthnStamp,
        of body: Data,
        for parties: RelyingParties
    ) throws(APIRefusal) -> Caller {
        guard let (owner, authenticator) = owner(ofCredential: stamp.credentialId) else {
            throw .credentialNotFound(credentialId: Base64URL.encode(stamp.credentialId), organizationId: id.text)
        }
        guard let party = parties[authenticator.rpId] else { throw .webAuthnSignature(.wrongRelyingParty) }
        var user = owner
        do {
            let counter = try stamp.assertion.verify(
                Assertion.Expectation(
                    party: party,
                    challenge: WebAuthnStamp.challenge(for: body),
                    key: authenticator.key,
                    lastCounter: authenticator.counter
                )
            )
            user.setCounter(counter, ofCredential: stamp.credentialId)
        } catch {
            throw .webAuthnSignature(error)
        }
        update(user)
        return Caller(
            organizationId: id,
            userId: user.id,
            sessionProfileId: nil,
            signature: Caller.Signature(
                publicKey: Base64URL.encode(authenticator.key.bytes),
                signature: stamp.assertion.signature,
                scheme: "SIGNATURE_SCHEME_TK_WEBAUTHN"
            )
        )
    }

    private func authenticate(session token: String, at now: Date) throws(APIRefusal) -> Caller {
        guard let session = readOnlySession(token), now < session.expiresAt else { throw .session }
        return Caller(organizationId: id, userId: session.userId, sessionProfileId: nil, signature: nil)
    }
}
