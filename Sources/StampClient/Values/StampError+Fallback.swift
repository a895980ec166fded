// SPDX-License-Identifier: Apache-2.0

extension StampError {
    /// What the frame said to do, and `never` where its answer has no such field.
    ///
    /// On this side of the socket nothing is a reason to ask for a passkey: a frame that is not there, or that is slow,
    /// may still hold a living session. It is `retry` where the same call can succeed later.
    public var fallback: Fallback {
        switch self {
        case .noEmbeddedKey(let fallback), .noSession(_, let fallback), .sessionExpired(_, let fallback),
            .publicKeyMismatch(_, let fallback), .denied(_, let fallback), .locked(let fallback),
            .rateLimited(_, let fallback), .tooLarge(_, let fallback), .tooManySessions(_, _, let fallback):
            fallback
        case .payloadDenied(let denial): denial.fallback
        case .noFrame, .cannotStart, .connectionLost, .timedOut:
            .retry
        case .invalidBundle, .unknownSessionKey, .unknownConfirmation, .interfaceNotFound, .methodNotFound,
            .methodNotImplemented, .invalidParameter, .permissionDenied, .expectedMore, .notPermitted, .unusablePath,
            .untrustedListener, .untrustedDirectory, .cancelled, .protocolViolation:
            .never
        }
    }
}
