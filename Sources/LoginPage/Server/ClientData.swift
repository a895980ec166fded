// SPDX-License-Identifier: Apache-2.0
import Foundation
import StampClient
import TurnkeyClient

/// What a browser vouches for when it asks a passkey (WebAuthn Level 3, §5.8.1).
struct ClientData: Decodable {
    private let type: String
    private let challenge: String
    private let origin: String
    private let crossOrigin: Bool?

    enum Ceremony: String {
        case get = "webauthn.get"
        case create = "webauthn.create"
    }

    /// Checks that these bytes were made at `origin`, outside of a foreign frame, for `challenge`.
    ///
    /// - Throws: `.invalidAnswer` with the first thing that is not so.
    static func check(
        _ json: Data,
        _ ceremony: Ceremony,
        challenge: Data,
        origin: String
    ) throws(LoginPageError) {
        guard let data = try? StrictJSON.decode(ClientData.self, from: json) else {
            throw .invalidAnswer(.form)
        }
        guard data.type == ceremony.rawValue else { throw .invalidAnswer(.clientDataType) }
        guard data.challenge == Base64URL.encode(challenge) else { throw .invalidAnswer(.challenge) }
        guard data.origin == origin else { throw .invalidAnswer(.origin) }
        guard data.crossOrigin != true else { throw .invalidAnswer(.crossOrigin) }
    }
}
