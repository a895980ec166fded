// SPDX-License-Identifier: Apache-2.0
import Foundation
import Passkeys

/// 32 random bytes, spelled in 43 characters of base64url. Knowing them allows answering once.
package struct OneTimeSecret: Sendable {
    package let text: String

    package init() {
        var generator = SystemRandomNumberGenerator()
        text = Base64URL.encode(Data((0..<32).map { _ in UInt8.random(in: .min ... .max, using: &generator) }))
    }

    /// Compares in a time that depends on the length alone.
    func matches(_ other: some StringProtocol) -> Bool {
        let (own, given) = (Array(text.utf8), Array(other.utf8))
        guard own.count == given.count else { return false }
        return zip(own, given).reduce(0) { $0 | ($1.0 ^ $1.1) } == 0
    }
}
