// SPDX-License-Identifier: Apache-2.0
public import Passkeys

/// A message for the person at the key: what happens, or what to do.
public enum SecurityKeyNotice: Sendable, Hashable {
    /// Several keys are plugged in, and each blinks: the one that is touched is used.
    case touchToChoose(among: [SecurityKeyName])
    /// The key blinks; a touch does what the purpose says.
    case touch(SecurityKeyName, for: SecurityKeyPurpose)
    /// The key blinks and verifies its user by itself: by a fingerprint, or a PIN on its own pad.
    case verify(SecurityKeyName, for: SecurityKeyPurpose)
    /// The key's sensor did not recognise its user, who may try again.
    case notRecognised(SecurityKeyName)
    /// The PIN was wrong and is asked for again. A key that accepts no more PINs is an error instead.
    case pinWrong(SecurityKeyName, retriesLeft: Int?)
}

/// The purposes of a touch.
public enum SecurityKeyPurpose: Sendable, Hashable {
    /// To approve a request.
    case approval(RequestSummary, rpId: String)
    /// To make a credential for a user.
    case registration(of: PasskeyUser, rpId: String)
}
