// SPDX-License-Identifier: Apache-2.0
import Foundation

/// A passkey to register, as a submission describes it.
struct NewAuthenticator {
    private let name: String
    private let challenge: Data
    private let attestation: Attestation
    private let transports: [String]

    init(reading reader: inout FieldReader) throws(APIRefusal) {
        name = try reader.name("authenticatorName")
        challenge = try reader.bytes("challenge")
        guard var inner = try reader.optionalReader("attestation") else { throw .attestationMissing }
        attestation = Attestation(
            credentialId: try inner.bytes("credentialId"),
            clientData: try inner.bytes("clientDataJson"),
            attestationObject: try inner.bytes("attestationObject")
        )
        transports = try inner.strings("transports")
        guard transports.allSatisfy(AuthenticatorTransport.isKnown) else {
            throw inner.invalid("transports", "must be of AUTHENTICATOR_TRANSPORT_BLE, INTERNAL, NFC, USB, HYBRID")
        }
        try inner.finish()
        try reader.finish()
    }

    /// Verifies the attestation, registers the passkey, and returns its id.
    func add(
        to userId: UUID,
        in organization: inout Organization,
        for context: ActivityContext
    ) throws(APIRefusal) -> UUID {
        let party = context.parties.named(byHash: attestation.rpIdHash)
        let credential: Attestation.Credential
        do {
            credential = try attestation.verify(challenge: challenge, for: party)
        } catch {
            throw .attestation(error)
        }
        let authenticator = Authenticator(
            id: UUID(),
            name: name,
            credentialId: credential.id,
            key: credential.key,
            aaguid: credential.aaguid,
            transports: transports,
            rpId: party.id,
            createdAt: context.now,
            counter: credential.counter
        )
        try organization.add(authenticator, to: userId)
        return authenticator.id
    }
}
