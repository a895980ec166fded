// SPDX-License-Identifier: Apache-2.0

/// Why an authenticator did not do what it was asked, in words for people.
public protocol PasskeyError: Error, Sendable {
    /// What was wrong, with what; one line without a full stop. Never a challenge, a signature or a secret.
    var message: String { get }
    /// What to do about it, where there is something to do; one line without a full stop.
    var hint: String? { get }
}
