// SPDX-License-Identifier: Apache-2.0
import Foundation
package import Passkeys

/// The answer that a page posts: an assertion, a registration, or that the user declined.
package struct PageAnswer: Decodable {
    private struct Registration: Decodable {
        let credentialId: String
        let clientDataJson: String
        let attestationObject: String
        /// Absent if the browser has no `getTransports`.
        let transports: [String]?
    }

    let secret: String
    let declined: Bool?
    private let assertion: AssertionFields?
    private let registration: Registration?

    package func readAssertion() throws(LoginPageError) -> PasskeyAssertion {
        guard let assertion else { throw .invalidAnswer(.form) }
        return try assertion.read()
    }

    func readAttestation(challenge: Data) throws(LoginPageError) -> PasskeyAttestation {
        guard let registration,
            let credentialId = Base64URL.decode(registration.credentialId),
            let clientDataJson = Base64URL.decode(registration.clientDataJson),
            let attestationObject = Base64URL.decode(registration.attestationObject)
        else { throw .invalidAnswer(.form) }
        return PasskeyAttestation(
            credentialId: credentialId,
            clientDataJson: clientDataJson,
            attestationObject: attestationObject,
            challenge: challenge,
            transports: registration.transports ?? []
        )
    }
}

/// An assertion as pages and the header X-Stamp-Webauthn spell it: four fields of base64url.
struct AssertionFields: Decodable {
    private let credentialId: String
    private let authenticatorData: String
    private let clientDataJson: String
    private let signature: String

    func read() throws(LoginPageError) -> PasskeyAssertion {
        guard let credentialId = Base64URL.decode(credentialId),
            let authenticatorData = Base64URL.decode(authenticatorData),
            let clientDataJson = Base64URL.decode(clientDataJson),
            let signature = Base64URL.decode(signature)
        else { throw .invalidAnswer(.form) }
        return PasskeyAssertion(
            credentialId: credentialId,
            authenticatorData: authenticatorData,
            clientDataJson: clientDataJson,
            signature: signature
        )
    }
}
