// SPDX-License-Identifier: Apache-2.0

extension APIRefusal {
    /// The error's text, in the API's words.
    var message: String {
        switch self {
        case .stampMissing(.query): "no valid authentication signature found for request"
        case .stampMissing(.submit):
            "cannot authenticate public API activity request without a stamp (X-Stamp/X-Stamp-Webauthn header)"
        case .stampMalformed(.query, .apiKey): "could not extract api key stamp"
        case .stampMalformed(.query, .webAuthn): "could not extract webauthn stamp"
        case .stampMalformed(.query, .session): "could not extract session"
        case .stampMalformed(.submit, _): "malformed activity stamp"
        case .apiKeySignature: "could not verify api key signature"
        case .webAuthnSignature: "could not verify WebAuthN signature"
        case .publicKeyNotFound(let publicKey, let organizationId):
            "could not find public key in organization or its parent organization "
                + "organizationId=\(organizationId) publicKey=\(publicKey)"
        case .apiKeyExpired(let publicKey): "expired api key publicKey=\(publicKey)"
        case .credentialNotFound(let credentialId, let organizationId):
            "credential ID could not be found in organization or its parent organization "
                + "organizationId=\(organizationId) credentialId=\(credentialId)"
        case .credentialConflict: "more than one suborg associated with a public key"
        case .session: "could not verify session"
        case .organizationMismatch(let target, let caller):
            "organization mismatch: request is targeting organization (\"\(target)\"), "
                + "but voters are in organization (\"\(caller)\")"
        case .notAuthorized: "request not authorized"
        case .malformedBody: "bad request body"
        case .bodyTooLarge(let limitBytes): "request body is larger than \(limitBytes) bytes"
        case .malformedOrganizationId: "malformed organization ID provided"
        case .organizationNotFound: "no organization found with the given ID"
        case .field(let error): "invalid request body: \(error.message)"
        case .activityType(let type): "Invalid activity type \(type)"
        case .timestampOutOfRange: "request timestamp out of range"
        case .apiKeyExpiration: "invalid api key expiration"
        case .attestationMissing: "missing parameter: user authenticator attestation"
        case .attestation(let failure): "invalid authenticator attestation: \(failure.rawValue)"
        case .curveNotServed(let curve): "invalid request body: this sandbox serves API_KEY_CURVE_P256, not \(curve)"
        case .publicKeyTaken(let publicKey): "public key already exists in organization publicKey=\(publicKey)"
        case .credentialTaken(let id): "credential ID already exists in organization credentialId=\(id)"
        case .notInSubOrganization(let type): "Invalid activity type \(type) in a sub-organization"
        case .emailAuthDisabled: "email auth is disabled for this organization"
        case .invalidParameter(let parameter): parameter.message
        case .walletLabelTaken: "wallet label must be unique"
        case .accountLabelTaken: "wallet account label must be unique"
        case .accountTaken(let path): "account already exists in wallet path=\(path)"
        case .alreadyVoted: "user has already voted on this activity"
        case .consensusNotNeeded: "activity does not need consensus"
        case .userNotFound: "no user found with the given ID"
        case .apiKeyNotFound: "no api key found with the given ID"
        case .authenticatorNotFound: "no authenticator found with the given ID"
        case .sessionProfileNotFound: "no session profile found with the given ID"
        case .activityNotFound: "no activity found with the given ID"
        case .fingerprintNotFound:
            "No activity found with fingerprint. Consensus activities must target an existing activity by fingerprint"
        case .walletNotFound: "no wallet found with the given ID"
        case .walletAccountNotFound: "no wallet account found"
        case .signerNotFound: "Could not find any resource to sign with. Addresses are case sensitive."
        case .sendTransactionStatusNotFound: "no send transaction status found with the given ID"
        case .tooManyUsers: "organization has exceeded maximum users"
        case .tooManyWallets: "organization has exceeded maximum wallets"
        case .tooManyLongLivedKeys: "user has exceeded maximum long-lived api keys"
        case .tooManyAuthenticators: "user has exceeded maximum authenticators"
        case .unknownPath: "Not Found"
        case .methodNotAllowed: "Method Not Allowed"
        case .tooManyRequests: "Too many requests. Please wait and try again in a few seconds"
        case .internal(let id): "internal server error (\(id.text))"
        }
    }
}

extension FieldError {
    var message: String {
        switch self {
        case .missing(let name): "missing field `\(name)`"
        case .unknown(let name): "unknown field `\(name)`"
        case .wrongType(let name, let expected): "field `\(name)` must be \(expected)"
        case .invalid(let name, let reason): "field `\(name)` \(reason)"
        }
    }
}
