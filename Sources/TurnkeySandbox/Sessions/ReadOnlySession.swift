// SPDX-License-Identifier: Apache-2.0
import Foundation

/// A read-only session: its token stands in `X-Session` in place of a stamp.
struct ReadOnlySession {
    /// The API's fixed life of such a session.
    static let lifetimeSeconds: TimeInterval = 3600

    /// 32 random bytes in base64url. Anyone who has the token may read.
    let token: String
    let userId: UUID
    let expiresAt: Date

    init(of userId: UUID, at now: Date) {
        var generator = SystemRandomNumberGenerator()
        token = Base64URL.encode((0..<32).map { _ in UInt8.random(in: .min ... .max, using: &generator) })
        self.userId = userId
        expiresAt = now.addingTimeInterval(Self.lifetimeSeconds)
    }
}
