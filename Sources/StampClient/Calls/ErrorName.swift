// SPDX-License-Identifier: Apache-2.0

/// The errors of a frame's interfaces, by their full names on the wire.
enum ErrorName: String, CaseIterable {
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
    case interfaceNotFound = "org.varlink.service.InterfaceNotFound"
    case methodNotFound = "org.varlink.service.MethodNotFound"
    case methodNotImplemented = "org.varlink.service.MethodNotImplemented"
    case invalidParameter = "org.varlink.service.InvalidParameter"
    case permissionDenied = "org.varlink.service.PermissionDenied"
    case expectedMore = "org.varlink.service.ExpectedMore"
}

/// What any of the errors carries.
struct ErrorParameters: Decodable {
    var fallback: Fallback?
    var session: String?
    var publicKey: String?
    var rule: String?
    var retryAfterMilliseconds: Int?
    var limitBytes: Int?
    var limit: Int?
    var reason: BundleFault?
    var message: String?
    var interface: String?
    var method: String?
    var parameter: String?
}

extension ErrorName {
    /// The typed error, or `nil` where one of its own parameters is missing. An absent fallback is `never`.
    func make(_ parameters: ErrorParameters) -> StampError? {
        let fallback = parameters.fallback ?? .never
        return switch self {
        case .noEmbeddedKey: .noEmbeddedKey(fallback: fallback)
        case .noSession: parameters.session.map { .noSession(session: $0, fallback: fallback) }
        case .sessionExpired: parameters.session.map { .sessionExpired(session: $0, fallback: fallback) }
        case .publicKeyMismatch: parameters.publicKey.map { .publicKeyMismatch(publicKey: $0, fallback: fallback) }
        case .denied: parameters.rule.map { .denied(rule: $0, fallback: fallback) }
        case .locked: .locked(fallback: fallback)
        case .rateLimited:
            parameters.retryAfterMilliseconds.map { .rateLimited(retryAfterMilliseconds: $0, fallback: fallback) }
        case .tooLarge: parameters.limitBytes.map { .tooLarge(limitBytes: $0, fallback: fallback) }
        case .tooManySessions: parameters.limit.map { .tooManySessions(limit: $0, fallback: fallback) }
        case .invalidBundle: makeInvalidBundle(parameters)
        case .unknownSessionKey: parameters.publicKey.map { .unknownSessionKey(publicKey: $0) }
        case .interfaceNotFound: parameters.interface.map { .interfaceNotFound(interface: $0) }
        case .methodNotFound: parameters.method.map { .methodNotFound(method: $0) }
        case .methodNotImplemented: parameters.method.map { .methodNotImplemented(method: $0) }
        case .invalidParameter: parameters.parameter.map { .invalidParameter(parameter: $0) }
        case .permissionDenied: .permissionDenied
        case .expectedMore: .expectedMore
        }
    }

    private func makeInvalidBundle(_ parameters: ErrorParameters) -> StampError? {
        guard let reason = parameters.reason, let message = parameters.message else { return nil }
        return .invalidBundle(reason: reason, detail: message)
    }
}
