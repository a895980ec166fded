// SPDX-License-Identifier: Apache-2.0

/// An error in reply to a call, with its parameters: exactly the errors of our interfaces.
package enum ErrorReply: Error, Equatable, Sendable {
    case interfaceNotFound(interface: String)
    case methodNotFound(method: String)
    case methodNotImplemented(method: String)
    case invalidParameter(parameter: String)
    case permissionDenied
    case expectedMore

    case noEmbeddedKey
    case noSession(session: String)
    case sessionExpired(session: String)
    case publicKeyMismatch(publicKey: String)
    case denied(Denial)
    case locked
    case rateLimited(retryAfterMilliseconds: Int64)
    case tooLarge(limitBytes: Int64)
    /// `retryAfterMilliseconds` is nil where no place becomes free by itself.
    case tooManySessions(limit: Int64, retryAfterMilliseconds: Int64?)

    case invalidBundle(reason: BundleFault, message: String)
    case unknownSessionKey(publicKey: String)
    case unknownConfirmation(id: String)

    case parcelRefused(reason: ParcelFault)
    case notConfigured

    /// Creates the error for a parameter of our interfaces.
    package static func invalidParameter(_ name: ParameterName) -> ErrorReply {
        .invalidParameter(parameter: name.rawValue)
    }

    /// Creates the refusal of a caller, whatever it asks; `rule` is the kind of rule that refused it.
    package static func denied(rule: String) -> ErrorReply { .denied(Denial(rule: rule)) }
}

extension ErrorReply {
    /// The error's name in the reply.
    package var name: ErrorName {
        switch self {
        case .interfaceNotFound: .interfaceNotFound
        case .methodNotFound: .methodNotFound
        case .methodNotImplemented: .methodNotImplemented
        case .invalidParameter: .invalidParameter
        case .permissionDenied: .permissionDenied
        case .expectedMore: .expectedMore
        case .noEmbeddedKey: .noEmbeddedKey
        case .noSession: .noSession
        case .sessionExpired: .sessionExpired
        case .publicKeyMismatch: .publicKeyMismatch
        case .denied: .denied
        case .locked: .locked
        case .rateLimited: .rateLimited
        case .tooLarge: .tooLarge
        case .tooManySessions: .tooManySessions
        case .invalidBundle: .invalidBundle
        case .unknownSessionKey: .unknownSessionKey
        case .unknownConfirmation: .unknownConfirmation
        case .parcelRefused: .parcelRefused
        case .notConfigured: .notConfigured
        }
    }

    /// What a client should do: what the error's name implies, except for errors that time alone may lift.
    package var fallback: Fallback {
        switch self {
        case .tooManySessions(_, .some): .retry
        case .denied(let denial): denial.fallback
        default: name.fallback
        }
    }

    /// Writes the error's parameters in the order of the interface's text.
    func writeParameters(to writer: inout JSONWriter) {
        switch self {
        case .interfaceNotFound(let interface): writer.member("interface", interface)
        case .methodNotFound(let method), .methodNotImplemented(let method): writer.member("method", method)
        case .invalidParameter(let parameter): writer.member("parameter", parameter)
        case .permissionDenied, .expectedMore, .notConfigured: break
        case .unknownSessionKey(let publicKey): writer.member("publicKey", publicKey)
        case .unknownConfirmation(let id): writer.member("id", id)
        case .parcelRefused(let reason): writer.member("reason", reason.rawValue)
        case .invalidBundle(let reason, let message):
            writer.member("reason", reason.rawValue)
            writer.member("message", message)
        default: writeStamperParameters(to: &writer)
        }
    }

    private func writeStamperParameters(to writer: inout JSONWriter) {
        switch self {
        case .noSession(let session), .sessionExpired(let session): writer.member("session", session)
        case .publicKeyMismatch(let publicKey): writer.member("publicKey", publicKey)
        case .denied(let denial): denial.write(to: &writer)
        case .rateLimited(let milliseconds): writer.member("retryAfterMilliseconds", milliseconds)
        case .tooLarge(let limitBytes): writer.member("limitBytes", limitBytes)
        case .tooManySessions(let limit, let milliseconds):
            writer.member("limit", limit)
            if let milliseconds { writer.member("retryAfterMilliseconds", milliseconds) }
        default: break
        }
        writer.member("fallback", fallback.rawValue)
    }
}
