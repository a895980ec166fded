// SPDX-License-Identifier: Apache-2.0
import Foundation

/// The values of a request's stamp headers, each as often as it came.
struct StampHeaders: Sendable {
    /// `X-Stamp`: base64url of JSON.
    var apiKey: [String] = []
    /// `X-Stamp-Webauthn`: plain JSON.
    var webAuthn: [String] = []
    /// `X-Stamp-Attested`: part of the API, not of this sandbox.
    var attested: [String] = []
    /// `X-Session`: the token of a read-only session, in a stamp's place.
    var session: [String] = []
}

/// The sender that a request claims, not verified yet.
enum Stamp {
    /// The header that the stamp came in.
    enum Kind: Sendable {
        case apiKey
        case webAuthn
        case session
    }

    case apiKey(APIKeyStamp)
    case webAuthn(WebAuthnStamp)
    case session(token: String)

    /// Reads the only stamp of a request. Two stamps are refused like an unreadable one. A read-only session's token
    /// does not count as a stamp of a submission.
    init(reading headers: StampHeaders, for family: Endpoint.Family) throws(APIRefusal) {
        switch (headers.apiKey.count, headers.webAuthn.count, headers.attested.count) {
        case (0, 0, 0) where headers.session.count == 1 && family == .query: self = .session(token: headers.session[0])
        case (0, 0, 0) where headers.session.isEmpty || family == .submit: throw .stampMissing(family)
        case (0, 0, 0): throw .stampMalformed(family, .session)
        case _ where !headers.session.isEmpty: throw .stampMalformed(family, .session)
        case (1, 0, 0):
            guard let stamp = APIKeyStamp(headers.apiKey[0]) else { throw .stampMalformed(family, .apiKey) }
            self = .apiKey(stamp)
        case (0, 1, 0):
            guard let stamp = WebAuthnStamp(headers.webAuthn[0]) else { throw .stampMalformed(family, .webAuthn) }
            self = .webAuthn(stamp)
        case (0, _, 0): throw .stampMalformed(family, .webAuthn)
        default: throw .stampMalformed(family, .apiKey)
        }
    }
}
