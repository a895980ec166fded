// SPDX-License-Identifier: Apache-2.0
import Foundation

/// `create_authenticators`: registers passkeys for a user.
struct CreateAuthenticators: ActivityCommand {
    static let kind = ActivityKind(
        type: "ACTIVITY_TYPE_CREATE_AUTHENTICATORS_V2",
        intentKey: "createAuthenticatorsIntentV2",
        resultKey: "createAuthenticatorsResult"
    )

    private struct NewAuthenticator {
        let name: String
        let challenge: Data
        let attestation: Attestation
        let transports: [String]

        init(reading reader: inout FieldReader) throws(APIRefusal) {
            name = try reader.name("authenticatorName")
            challenge = try reader.bytes("challenge")
            guard var inner = try reader.optionalReader("attestation") else { throw .attestationMissing }
            attestation = Attestation(
                credentialId: try inner.bytes("credentialId"),
                clientData: try inner.bytes("clientDataJson"),
                attestationObject: try inner.bytes("attestationObject")
            )
            transports = try inner.transports()
            try inner.finish()
            try reader.finish()
        }
    }

    private let userId: String
    private let authenticators: [NewAuthenticator]

    init(reading parameters: inout FieldReader) throws(APIRefusal) {
        userId = try parameters.name("userId")
        var authenticators: [NewAuthenticator] = []
        for var reader in try parameters.readers("authenticators") {
            authenticators.append(try NewAuthenticator(reading: &reader))
        }
        guard !authenticators.isEmpty else { throw parameters.invalid("authenticators", "must not be empty") }
        self.authenticators = authenticators
    }

    func execute(in organization: inout Organization, for context: ActivityContext) throws(APIRefusal) -> JSONObject {
        let user = try organization.user(userId)
        var ids: [JSONValue] = []
        for new in authenticators {
            let party = context.parties.named(byHash: new.attestation.rpIdHash)
            let credential: Attestation.Credential
            do {
                credential = try new.attestation.verify(challenge: new.challenge, for: party)
            } catch {
                throw .attestation(error)
            }
            let id = UUID()
            try organization.add(
                Authenticator(
                    id: id,
                    name: new.name,
                    credentialId: credential.id,
                    key: credential.key,
                    aaguid: credential.aaguid,
                    transports: new.transports,
                    rpId: party.id,
                    createdAt: context.now,
                    counter: credential.counter
                ),
                to: user.id
            )
            ids.append(.string(id.text))
        }
        return ["authenticatorIds": .array(ids)]
    }
}

extension FieldReader {
    /// Bytes in base64url.
    fileprivate mutating func bytes(_ name: String) throws(APIRefusal) -> Data {
        let text = try self.name(name)
        guard let bytes = Base64URL.decode(text) else { throw invalid(name, "must be base64url") }
        return bytes
    }

    fileprivate mutating func transports() throws(APIRefusal) -> [String] {
        let transports = try strings("transports")
        guard transports.allSatisfy(AuthenticatorTransport.isKnown) else {
            throw invalid("transports", "must be of AUTHENTICATOR_TRANSPORT_BLE, INTERNAL, NFC, USB, HYBRID")
        }
        return transports
    }
}
