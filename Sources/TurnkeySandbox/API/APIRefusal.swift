// SPDX-License-Identifier: Apache-2.0
import Foundation

/// The refusals of the sandbox: HTTP status, gRPC code, message and `turnkeyErrorCode`.
///
/// Texts are the documented ones, if the API documents one. Clients are meant to distinguish errors by
/// `turnkeyErrorCode`; if the API has none for a case, it is empty here too.
enum APIRefusal: Error, Equatable {
    // About the caller
    case stampMissing(Endpoint.Family)
    case stampMalformed(Endpoint.Family, Stamp.Kind)
    case apiKeySignature
    case webAuthnSignature(WebAuthnFailure)
    case publicKeyNotFound(publicKey: String, organizationId: String)
    case apiKeyExpired(publicKey: String)
    case credentialNotFound(credentialId: String, organizationId: String)
    case credentialConflict
    case session
    case organizationMismatch(target: String, caller: String)
    case notAuthorized

    // About the request
    case malformedBody
    case bodyTooLarge(limitBytes: Int)
    case malformedOrganizationId
    case organizationNotFound
    case field(FieldError)
    case activityType(String)
    case timestampOutOfRange
    case apiKeyExpiration
    case attestationMissing
    case attestation(WebAuthnFailure)
    case curveNotServed(String)
    case publicKeyTaken(publicKey: String)
    case credentialTaken(credentialId: String)
    case notInSubOrganization(String)
    case emailAuthDisabled
    case invalidParameter(InvalidParameter)
    case walletLabelTaken
    case accountLabelTaken
    case accountTaken(path: String)
    case alreadyVoted
    case consensusNotNeeded

    // About the result
    case userNotFound
    case apiKeyNotFound
    case authenticatorNotFound
    case sessionProfileNotFound
    case activityNotFound
    case fingerprintNotFound
    case walletNotFound
    case walletAccountNotFound
    case signerNotFound
    case sendTransactionStatusNotFound
    case tooManyUsers
    case tooManyLongLivedKeys
    case tooManyAuthenticators
    case tooManyWallets

    // About the HTTP request
    case unknownPath
    case methodNotAllowed
    case tooManyRequests
    case `internal`(UUID)
}

extension APIRefusal {
    /// The gRPC status codes that the API uses, each with its HTTP status.
    enum Code: Int {
        case invalidArgument = 3
        case notFound = 5
        case permissionDenied = 7
        case resourceExhausted = 8
        case unimplemented = 12
        case `internal` = 13
        case unauthenticated = 16
    }

    var code: Code {
        switch self {
        case .stampMissing, .stampMalformed, .apiKeySignature, .webAuthnSignature, .publicKeyNotFound, .apiKeyExpired,
            .credentialNotFound, .credentialConflict, .session:
            .unauthenticated
        case .notAuthorized: .permissionDenied
        case .malformedBody, .bodyTooLarge, .malformedOrganizationId, .field, .activityType, .timestampOutOfRange,
            .apiKeyExpiration, .attestationMissing, .attestation, .curveNotServed, .publicKeyTaken, .credentialTaken,
            .organizationMismatch, .notInSubOrganization, .emailAuthDisabled, .invalidParameter, .walletLabelTaken,
            .accountLabelTaken, .accountTaken, .alreadyVoted, .consensusNotNeeded:
            .invalidArgument
        case .organizationNotFound, .userNotFound, .apiKeyNotFound, .authenticatorNotFound, .sessionProfileNotFound,
            .activityNotFound, .fingerprintNotFound, .walletNotFound, .walletAccountNotFound, .signerNotFound,
            .sendTransactionStatusNotFound, .unknownPath:
            .notFound
        case .tooManyUsers, .tooManyLongLivedKeys, .tooManyAuthenticators, .tooManyWallets, .tooManyRequests:
            .resourceExhausted
        case .methodNotAllowed: .unimplemented
        case .internal: .internal
        }
    }

    /// The HTTP status.
    var status: Int {
        if case .bodyTooLarge = self { return 413 }
        return switch code {
        case .invalidArgument: 400
        case .unauthenticated: 401
        case .permissionDenied: 403
        case .notFound: 404
        case .unimplemented: 405
        case .resourceExhausted: 429
        case .internal: 500
        }
    }

    /// Turnkey's own error code, or the empty string if it has none.
    var turnkeyErrorCode: String {
        switch self {
        case .stampMissing: "SIGNATURE_MISSING"
        case .stampMalformed, .apiKeySignature, .webAuthnSignature, .session: "SIGNATURE_INVALID"
        case .publicKeyNotFound: "PUBLIC_KEY_NOT_FOUND"
        case .apiKeyExpired: "API_KEY_EXPIRED"
        case .credentialNotFound: "CREDENTIAL_NOT_FOUND"
        case .credentialConflict: "CREDENTIAL_CONFLICT"
        case .organizationMismatch: "ORGANIZATION_MISMATCH"
        case .notAuthorized: "REQUEST_NOT_AUTHORIZED"
        case .malformedOrganizationId: "INVALID_ORGANIZATION_ID"
        case .organizationNotFound: "ORGANIZATION_NOT_FOUND"
        case .malformedBody, .bodyTooLarge, .field, .activityType, .timestampOutOfRange, .apiKeyExpiration,
            .attestationMissing, .attestation, .curveNotServed, .publicKeyTaken, .credentialTaken,
            .notInSubOrganization, .emailAuthDisabled, .invalidParameter, .walletLabelTaken, .accountLabelTaken,
            .accountTaken, .alreadyVoted, .consensusNotNeeded:
            "REQUEST_INVALID"
        case .internal: "INTERNAL"
        case .userNotFound, .apiKeyNotFound, .authenticatorNotFound, .sessionProfileNotFound, .activityNotFound,
            .fingerprintNotFound, .walletNotFound, .walletAccountNotFound, .signerNotFound,
            .sendTransactionStatusNotFound, .tooManyUsers, .tooManyLongLivedKeys, .tooManyAuthenticators,
            .tooManyWallets, .unknownPath, .methodNotAllowed, .tooManyRequests:
            ""
        }
    }

    /// The error envelope: the code stands at the top and in the details.
    var body: JSONObject {
        let detail: JSONValue = [
            "@type": "type.googleapis.com/errors.v1.TurnkeyErrorDetail",
            "turnkeyErrorCode": .string(turnkeyErrorCode),
        ]
        return [
            "code": .integer(Int64(code.rawValue)),
            "message": .string(message),
            "details": turnkeyErrorCode.isEmpty ? [] : [detail],
            "turnkeyErrorCode": .string(turnkeyErrorCode),
        ]
    }
}
