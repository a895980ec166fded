// SPDX-License-Identifier: Apache-2.0
package import Foundation

/// An authenticator's answer for a new passkey (AuthenticatorAttestationResponse, WebAuthn Level 3, §5.2.1).
package struct Attestation {
    let credentialId: Data
    let clientData: Data
    /// CBOR: `{"fmt": "none", "attStmt": {}, "authData": bytes}`.
    let attestationObject: Data

    /// Creates an attestation from an authenticator's answer.
    package init(credentialId: Data, clientData: Data, attestationObject: Data) {
        self.credentialId = credentialId
        self.clientData = clientData
        self.attestationObject = attestationObject
    }

    /// The parts of an accepted registration that are kept.
    package struct Credential {
        /// The credential's id.
        package let id: Data
        let key: COSEKey
        let aaguid: Data
        let counter: UInt32
    }

    /// The hash of the relying party's id that the authenticator names; empty if it cannot be read.
    package var rpIdHash: Data {
        (try? readObject()).map { Data($0.prefix(32)) } ?? Data()
    }

    /// Verifies the registration (WebAuthn Level 3, §7.1) with attestation `none`. Other formats are refused, since
    /// their statements cannot be checked here.
    package func verify(challenge: Data, for party: RelyingParty) throws(WebAuthnFailure) -> Credential {
        guard let client = ClientData(clientData) else { throw .clientDataMalformed }
        try client.check(.create, challenge: challenge, for: party)
        let data = try AuthenticatorData(try readObject())
        try data.check(for: party, needsUserVerified: false)
        guard let attested = data.credential, let key = attested.key else { throw .noCredentialKey }
        guard attested.id == credentialId, !credentialId.isEmpty else { throw .otherCredential }
        return Credential(id: attested.id, key: key, aaguid: attested.aaguid, counter: data.counter)
    }

    /// Returns the authenticator data inside the attestation object.
    private func readObject() throws(WebAuthnFailure) -> Data {
        guard case .map(let members) = try? CBORReader.read(attestationObject), members.count == 3,
            case .text(let format) = members[.text("fmt")],
            case .map(let statement) = members[.text("attStmt")],
            case .bytes(let authenticatorData) = members[.text("authData")]
        else { throw .attestationMalformed }
        guard format == "none", statement.isEmpty else { throw .attestationFormat }
        return authenticatorData
    }
}
