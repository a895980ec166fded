// SPDX-License-Identifier: Apache-2.0
import Foundation

/// What a browser says about a WebAuthn ceremony (CollectedClientData, WebAuthn Level 3, §5.8.1).
///
/// Other members are ignored: browsers add some now and then, so that readers learn to accept them.
struct ClientData {
    enum Ceremony: String {
        case create = "webauthn.create"
        case get = "webauthn.get"
    }

    let type: String
    let challenge: String
    let origin: String
    let isCrossOrigin: Bool

    /// Reads the JSON; `nil` if it is not JSON or lacks a member.
    init?(_ bytes: Data) {
        guard let object = try? JSONObject(reading: bytes),
            case .string(let type) = object["type"],
            case .string(let challenge) = object["challenge"],
            case .string(let origin) = object["origin"]
        else { return nil }
        switch object["crossOrigin"] {
        case nil, .null: isCrossOrigin = false
        case .bool(let value): isCrossOrigin = value
        default: return nil
        }
        self.type = type
        self.challenge = challenge
        self.origin = origin
    }

    /// Checks type, challenge, origin and crossOrigin, in this order. `expected` is what `challenge` must spell in
    /// base64url. The first failure is thrown.
    func check(_ ceremony: Ceremony, challenge expected: Data, for party: RelyingParty) throws(WebAuthnFailure) {
        guard type == ceremony.rawValue else { throw .wrongType }
        guard Base64URL.decode(challenge) == expected else { throw .wrongChallenge }
        guard party.accepts(origin: origin) else { throw .wrongOrigin }
        guard !isCrossOrigin else { throw .crossOrigin }
    }
}
