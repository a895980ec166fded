// SPDX-License-Identifier: Apache-2.0

/// An authenticator's error, with a message for people.
public protocol PasskeyError: Error, Sendable {
    /// Says what was wrong, and with what; one line without a full stop. Never contains a challenge, a signature or a secret.
    var message: String { get }
    /// What to do about it, if there is something; one line without a full stop.
    var hint: String? { get }
}
