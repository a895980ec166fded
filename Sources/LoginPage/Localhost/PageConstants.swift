// SPDX-License-Identifier: Apache-2.0
import Foundation
import Passkeys

/// The constants of a page that this process serves. Bytes are in base64url.
struct PageConstants: Encodable {
    private struct User: Encodable {
        let id: String
        let name: String
    }

    private let mode: String
    private let rpId = "localhost"
    private var body: String?
    private var user: User?
    private var challenge: String?
    /// A secret that the answer must repeat. Only this page knows it, not one that learnt its address.
    private let secret: String
    private let secondsLeft: Int64

    private init(mode: String, secret: OneTimeSecret, secondsLeft: Int64) {
        self.mode = mode
        self.secret = secret.text
        self.secondsLeft = secondsLeft
    }

    /// Creates the constants of an approval. The page computes the challenge itself, from the bytes that it shows.
    static func approve(body: Data, secret: OneTimeSecret, secondsLeft: Int64) -> PageConstants {
        var constants = PageConstants(mode: "approve", secret: secret, secondsLeft: secondsLeft)
        constants.body = Base64URL.encode(body)
        return constants
    }

    static func register(
        _ user: PasskeyUser,
        challenge: Data,
        secret: OneTimeSecret,
        secondsLeft: Int64
    ) -> PageConstants {
        var constants = PageConstants(mode: "register", secret: secret, secondsLeft: secondsLeft)
        constants.user = User(id: user.userId, name: user.userName)
        constants.challenge = Base64URL.encode(challenge)
        return constants
    }
}
