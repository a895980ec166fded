// SPDX-License-Identifier: Apache-2.0

/// The account that pays for a request's use of the proxy.
enum RequestAccount: Sendable, Hashable {
    /// A user, for a request without a valid stamp of a living delegate.
    case user(UInt32)
    /// A delegate, as used by one user's programs.
    case delegate(String, user: UInt32)
}
