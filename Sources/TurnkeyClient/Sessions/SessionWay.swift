// SPDX-License-Identifier: Apache-2.0

/// How a passkey's one approval becomes a session of the frame.
public enum SessionWay: Sendable, Hashable, CaseIterable {
    /// The key is born inside the frame and never leaves it; `stamp_login` registers it, and the API's notarizer vouches
    /// for it.
    case stampLogin
    /// The key is made in this process, registered by `create_api_keys`, and handed to the frame in a bundle sealed to
    /// its embedded key.
    case bundle
    /// The API makes the key and answers the bundle: `create_read_write_session`.
    case readWriteSession
}
