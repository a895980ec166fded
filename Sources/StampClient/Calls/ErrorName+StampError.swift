// SPDX-License-Identifier: Apache-2.0
import Varlink

/// What any of the errors carries.
struct ErrorParameters: Decodable {
    var fallback: Fallback?
    var session: SessionName?
    var publicKey: PublicKey?
    var rule: String?
    var retryAfterMilliseconds: Int?
    var limitBytes: Int?
    var limit: Int?
    /// Of a bundle, a payload or a parcel.
    var reason: String?
    var at: String?
    var message: String?
    var id: String?
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
        case .denied: makeDenied(parameters, fallback)
        case .locked: .locked(fallback: fallback)
        case .rateLimited:
            parameters.retryAfterMilliseconds.map { .rateLimited(retryAfterMilliseconds: $0, fallback: fallback) }
        case .tooLarge: parameters.limitBytes.map { .tooLarge(limitBytes: $0, fallback: fallback) }
        case .tooManySessions:
            parameters.limit.map {
                .tooManySessions(
                    limit: $0,
                    retryAfterMilliseconds: parameters.retryAfterMilliseconds,
                    fallback: fallback
                )
            }
        case .invalidBundle: makeInvalidBundle(parameters)
        case .unknownSessionKey: parameters.publicKey.map { .unknownSessionKey(publicKey: $0) }
        case .unknownConfirmation: parameters.id.map { .unknownConfirmation(id: $0) }
        case .parcelRefused: parameters.reason.flatMap(ParcelFault.init).map { .parcelRefused(reason: $0) }
        case .notConfigured: .notConfigured
        case .interfaceNotFound: parameters.interface.map { .interfaceNotFound(interface: $0) }
        case .methodNotFound: parameters.method.map { .methodNotFound(method: $0) }
        case .methodNotImplemented: parameters.method.map { .methodNotImplemented(method: $0) }
        case .invalidParameter: parameters.parameter.map { .invalidParameter(parameter: $0) }
        case .permissionDenied: .permissionDenied
        case .expectedMore: .expectedMore
        }
    }

    /// Makes a refusal of the payload another error than a refusal of the caller.
    private func makeDenied(_ parameters: ErrorParameters, _ fallback: Fallback) -> StampError? {
        guard let rule = parameters.rule else { return nil }
        guard rule == "payload" else { return .denied(rule: rule, fallback: fallback) }
        guard let reason = parameters.reason.flatMap({ DenialReason($0) }) else { return nil }
        return .payloadDenied(
            PayloadDenial(
                id: parameters.id,
                reason: reason,
                at: parameters.at,
                retryAfterMilliseconds: parameters.retryAfterMilliseconds,
                fallback: fallback
            )
        )
    }

    private func makeInvalidBundle(_ parameters: ErrorParameters) -> StampError? {
        guard let reason = parameters.reason.flatMap(BundleFault.init), let message = parameters.message else {
            return nil
        }
        return .invalidBundle(reason: reason, detail: message)
    }
}
