// SPDX-License-Identifier: Apache-2.0
import Foundation

/// What is signed besides the authenticator data (WebAuthn Level 3, §5.8.1), in the bytes that are sent.
struct ClientData: Sendable {
    enum Ceremony: String {
        case create = "webauthn.create"
        case get = "webauthn.get"
    }

    let challenge: Data
    /// Members in the order of §5.8.1.1. Base64url, an origin and constants: nothing needs escaping.
    let json: Data

    init(_ ceremony: Ceremony, challenge: Data, origin: String) {
        self.challenge = challenge
        let spelled = challenge.base64EncodedString()
            .replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
        json = Data(
            #"{"type":"\#(ceremony.rawValue)","challenge":"\#(spelled)","origin":"\#(origin)","crossOrigin":false}"#
                .utf8
        )
    }
}
