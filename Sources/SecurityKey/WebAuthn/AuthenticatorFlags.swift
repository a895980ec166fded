// SPDX-License-Identifier: Apache-2.0
import Foundation

/// The flags of authenticator data: its 33rd byte (WebAuthn Level 3, §6.1).
struct AuthenticatorFlags: OptionSet {
    let rawValue: UInt8
    static let userPresent = AuthenticatorFlags(rawValue: 0x01)
    static let userVerified = AuthenticatorFlags(rawValue: 0x04)

    init(rawValue: UInt8) { self.rawValue = rawValue }

    /// Reads the flags; none are set if the data is too short.
    init(of authenticatorData: Data) {
        rawValue = authenticatorData.dropFirst(32).first ?? 0
    }
}
