// SPDX-License-Identifier: Apache-2.0
public import Passkeys

/// The reasons why a security key does not sign.
public enum SecurityKeyError: PasskeyError, Hashable {
    /// No key is plugged in.
    case noKey
    /// Keys are plugged in, and this user may open none of them. `paths` are their device files.
    case notPermitted(paths: [String])
    /// The device file cannot be opened, or the device does not answer as a key does.
    case cannotOpen(key: SecurityKeyName)
    /// Another program is using the key.
    case busy(key: SecurityKeyName)
    /// The key does not support CTAP 2, ES256 or the request.
    case unsupported(key: SecurityKeyName)
    /// The key was pulled out, or stopped answering.
    case connectionLost(key: SecurityKeyName)
    /// The key has no credential of this relying party, or none of those that may sign.
    case noCredential(rpId: String, key: SecurityKeyName)
    /// The key holds one of the excluded credentials.
    case alreadyRegistered(rpId: String, key: SecurityKeyName)
    /// The key has no room for another credential.
    case storageFull(key: SecurityKeyName)
    /// The user declined at the key.
    case refused(key: SecurityKeyName)
    /// The approval took too long.
    case timedOut
    /// The person, or the calling task, gave up.
    case cancelled
    /// A PIN is required, and the key has none.
    case pinNotSet(key: SecurityKeyName)
    /// The key requires a new PIN before anything else.
    case pinMustChange(key: SecurityKeyName)
    /// After three wrong PINs in a row the key must be plugged in anew.
    case pinPaused(key: SecurityKeyName)
    /// The key accepts no PIN any more, until it is reset.
    case pinBlocked(key: SecurityKeyName)
    /// The key's own sensor is blocked, and the key has no PIN instead.
    case verificationBlocked(key: SecurityKeyName)
    /// Verification was required, and the key signed without it.
    case notVerified(key: SecurityKeyName)
    /// A PIN or a choice is needed, and there is no terminal at `path` to ask at.
    case noTerminal(path: String)
    /// The request can be read in two ways.
    case unclearRequest(UnclearRequest)
    /// The relying party's id is not a domain in lower case.
    case unusableRpId(String)
    /// The user's id does not have 1 to 64 bytes of UTF-8.
    case unusableUserId(byteCount: Int)
    /// The libfido2 function `call` failed with a code that has no case here.
    case failed(call: String, code: Int32, key: SecurityKeyName?)
}
