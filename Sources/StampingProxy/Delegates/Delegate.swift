// SPDX-License-Identifier: Apache-2.0
package import StampClient

/// A name under which the proxy asks the frame for stamps, and the session that it asks for.
package struct Delegate: Sendable, Hashable {
    /// The delegate's name.
    package let name: String
    /// The session's name; `default` if absent.
    package let session: SessionName?
    /// The only key that may stamp; any key of the session if absent.
    package let sessionKey: PublicKey?

    /// Creates a delegate.
    package init(name: String, session: SessionName?, sessionKey: PublicKey?) {
        (self.name, self.session, self.sessionKey) = (name, session, sessionKey)
    }
}
