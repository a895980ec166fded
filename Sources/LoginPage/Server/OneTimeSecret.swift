// SPDX-License-Identifier: Apache-2.0
import Foundation
import TurnkeyClient

/// 32 random bytes that whoever knows them may answer with, spelled in 43 characters of base64url.
struct OneTimeSecret: Sendable {
    let text: String

    init() {
        var generator = SystemRandomNumberGenerator()
        text = Base64URL.encode(Data((0..<32).map { _ in UInt8.random(in: .min ... .max, using: &generator) }))
    }

    /// Compares in a time that tells nothing but the length.
    func matches(_ other: some StringProtocol) -> Bool {
        let (own, given) = (Array(text.utf8), Array(other.utf8))
        guard own.count == given.count else { return false }
        return zip(own, given).reduce(0) { $0 | ($1.0 ^ $1.1) } == 0
    }
}
