// SPDX-License-Identifier: Apache-2.0

/// The reasons to refuse an assertion or an attestation. The raw value is the reason in words.
package enum WebAuthnFailure: String, Error {
    case clientDataMalformed = "client data is not what a browser writes"
    case wrongType = "wrong type"
    case wrongChallenge = "wrong challenge"
    case wrongOrigin = "wrong origin"
    case crossOrigin = "made in a frame of another origin"
    case authenticatorDataTooShort = "authenticator data too short"
    case authenticatorDataTrailing = "bytes after the authenticator data"
    case authenticatorDataMalformed = "authenticator data is malformed"
    case wrongRelyingParty = "wrong relying party"
    case userNotPresent = "user not present"
    case userNotVerified = "user not verified"
    case counterWentBack = "counter went back"
    case signature = "signature"
    case attestationMalformed = "attestation object is malformed"
    case attestationFormat = "attestation format is not none"
    case noCredentialKey = "no ES256 key in the attestation"
    case otherCredential = "credential id is not the attested one"
}
