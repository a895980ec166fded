// SPDX-License-Identifier: Apache-2.0
import Crypto
import Foundation

/// A passkey's answer to a challenge (AuthenticatorAssertionResponse, WebAuthn Level 3, §5.2.2).
struct Assertion {
    let authenticatorData: Data
    let clientData: Data
    /// The ECDSA signature over `authenticatorData ‖ SHA-256(clientData)`.
    let signature: Data

    /// What the verifier knows beforehand.
    struct Expectation {
        let party: RelyingParty
        let challenge: Data
        let key: COSEKey
        let lastCounter: UInt32
        var needsUserVerified = false
    }

    /// Verifies the assertion (WebAuthn Level 3, §7.2), and returns the authenticator's counter.
    ///
    /// It checks in this order: type, challenge, origin, cross-origin, length of the authenticator data as its flags
    /// say, relying party, user present, user verified if required, counter greater than the last unless both are 0,
    /// signature. The first failure is thrown.
    func verify(_ expected: Expectation) throws(WebAuthnFailure) -> UInt32 {
        guard let client = ClientData(clientData) else { throw .clientDataMalformed }
        try client.check(.get, challenge: expected.challenge, for: expected.party)
        let data = try AuthenticatorData(authenticatorData)
        try data.check(for: expected.party, needsUserVerified: expected.needsUserVerified)
        guard data.counter > expected.lastCounter || (data.counter == 0 && expected.lastCounter == 0) else {
            throw .counterWentBack
        }
        guard let signature = ECDSASignatureReader.read(signature),
            expected.key.verifies(signature, over: authenticatorData + Data(SHA256.hash(data: clientData)))
        else { throw .signature }
        return data.counter
    }
}
