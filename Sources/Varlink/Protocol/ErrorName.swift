// SPDX-License-Identifier: Apache-2.0

/// The names of all errors that a frame answers, as a reply spells them.
package enum ErrorName: String, CaseIterable, Sendable {
    case interfaceNotFound = "org.varlink.service.InterfaceNotFound"
    case methodNotFound = "org.varlink.service.MethodNotFound"
    case methodNotImplemented = "org.varlink.service.MethodNotImplemented"
    case invalidParameter = "org.varlink.service.InvalidParameter"
    case permissionDenied = "org.varlink.service.PermissionDenied"
    case expectedMore = "org.varlink.service.ExpectedMore"

    case noEmbeddedKey = "io.stampd.Stamper.NoEmbeddedKey"
    case noSession = "io.stampd.Stamper.NoSession"
    case sessionExpired = "io.stampd.Stamper.SessionExpired"
    case publicKeyMismatch = "io.stampd.Stamper.PublicKeyMismatch"
    case denied = "io.stampd.Stamper.Denied"
    case locked = "io.stampd.Stamper.Locked"
    case rateLimited = "io.stampd.Stamper.RateLimited"
    case tooLarge = "io.stampd.Stamper.TooLarge"
    case tooManySessions = "io.stampd.Stamper.TooManySessions"

    case invalidBundle = "io.stampd.Control.InvalidBundle"
    case unknownSessionKey = "io.stampd.Control.UnknownSessionKey"
    case unknownConfirmation = "io.stampd.Control.UnknownConfirmation"

    case parcelRefused = "io.stampd.Delivery.ParcelRefused"
    case notConfigured = "io.stampd.Delivery.NotConfigured"

    /// What a client should do after the error, unless its parameters carry a `fallback` of their own.
    package var fallback: Fallback {
        switch self {
        case .noEmbeddedKey, .noSession, .sessionExpired: .passkey
        case .locked, .rateLimited: .retry
        case .interfaceNotFound, .methodNotFound, .methodNotImplemented, .invalidParameter, .permissionDenied,
            .expectedMore, .publicKeyMismatch, .denied, .tooLarge, .tooManySessions, .invalidBundle,
            .unknownSessionKey, .unknownConfirmation, .parcelRefused, .notConfigured:
            .never
        }
    }
}

/// What a client should do after an error: ask the user's passkey, try again later, or give up.
package enum Fallback: String, CaseIterable, Sendable {
    case passkey
    case retry
    case never
}
