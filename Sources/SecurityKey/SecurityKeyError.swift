// SPDX-License-Identifier: Apache-2.0
public import TurnkeyClient

/// Why a security key did not do what it was asked.
public enum SecurityKeyError: PasskeyError, Hashable {
    /// No key is plugged in.
    case noKey
    /// Keys are plugged in, and this user may open none of them. `paths`: their device files.
    case notPermitted(paths: [String])
    /// The device file did not open, or what is behind it did not answer as a key does.
    case cannotOpen(key: SecurityKeyName)
    /// Another program is talking to the key.
    case busy(key: SecurityKeyName)
    /// The key knows no CTAP 2, no ES256 or not what it was asked for.
    case unsupported(key: SecurityKeyName)
    /// The key was pulled out, or stopped answering.
    case connectionLost(key: SecurityKeyName)
    /// The key has no credential of this relying party, or none of those that may sign.
    case noCredential(rpId: String, key: SecurityKeyName)
    /// The key holds one of the excluded credentials.
    case alreadyRegistered(rpId: String, key: SecurityKeyName)
    /// The key has no room for another credential.
    case storageFull(key: SecurityKeyName)
    /// The user said no.
    case refused(key: SecurityKeyName)
    case timedOut
    case cancelled
    /// A PIN is needed, and the key has none.
    case pinNotSet(key: SecurityKeyName)
    /// The key wants a new PIN before anything else.
    case pinMustChange(key: SecurityKeyName)
    /// Three wrong PINs in a row: the key wants to be plugged in anew.
    case pinPaused(key: SecurityKeyName)
    /// No PIN is accepted any more, ever.
    case pinBlocked(key: SecurityKeyName)
    /// The key's own sensor is blocked, and there is no PIN instead.
    case verificationBlocked(key: SecurityKeyName)
    /// Verification was required, and the key signed without.
    case notVerified(key: SecurityKeyName)
    /// A PIN or a choice is wanted, and there is no terminal to ask at.
    case noTerminal(path: String)
    /// What is to be approved could be taken for two things.
    case unclearRequest(UnclearRequest)
    /// Not a domain in lower case.
    case unusableRpId(String)
    /// A user's identifier has 1 to 64 bytes of UTF-8.
    case unusableUserId(byteCount: Int)
    /// libfido2's function failed with a code that has no case here.
    case failed(call: String, code: Int32, key: SecurityKeyName?)
}
