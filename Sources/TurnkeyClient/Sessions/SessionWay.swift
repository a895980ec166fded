// SPDX-License-Identifier: Apache-2.0

/// How a passkey's approval becomes a session of the frame. The ways differ in who makes the session's key.
public enum SessionWay: Sendable, Hashable, CaseIterable {
    /// The frame makes the key, which never leaves it; `stamp_login` registers it, and the API's notarizer signs a
    /// token for it.
    case stampLogin
    /// This process makes the key, registers it by `create_api_keys`, and gives it to the frame in a bundle sealed to
    /// its embedded key. It takes a second approval if no login is stored.
    case bundle
    /// The API makes the key and answers with the bundle: `create_read_write_session`.
    case readWriteSession
}
