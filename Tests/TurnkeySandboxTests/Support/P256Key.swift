// SPDX-License-Identifier: Apache-2.0
import Crypto
import Foundation

@testable import TurnkeySandbox

/// A user of a fixture with the key that they stamp with.
struct P256Key {
    let key = P256.Signing.PrivateKey()
    let id = UUID()

    func user(_ name: String, isRootUser: Bool = false) -> Fixture.User {
        Fixture.User(
            userId: id,
            userName: name,
            isRootUser: isRootUser,
            apiKeys: [Fixture.APIKey(apiKeyName: "Their key", publicKey: key.hex)]
        )
    }
}
