// SPDX-License-Identifier: Apache-2.0
public import TurnkeyClient

/// What a person should know or do.
public enum SecurityKeyNotice: Sendable, Hashable {
    /// Several keys are plugged in, and each blinks: the one that is touched is used.
    case touchToChoose(among: [SecurityKeyName])
    /// The key blinks, and a touch does what `purpose` says.
    case touch(SecurityKeyName, for: SecurityKeyPurpose)
    /// As `touch`, and the key finds out by itself who its user is: a fingerprint, a PIN on its own pad.
    case verify(SecurityKeyName, for: SecurityKeyPurpose)
    /// The key's sensor did not recognise its user, who may try again.
    case notRecognised(SecurityKeyName)
    /// The PIN was wrong, and is asked for again. A key that takes no more is an error instead.
    case pinWrong(SecurityKeyName, retriesLeft: Int?)
}

/// What a touch is for.
public enum SecurityKeyPurpose: Sendable, Hashable {
    case approval(RequestSummary, rpId: String)
    case registration(of: PasskeyUser, rpId: String)
}
