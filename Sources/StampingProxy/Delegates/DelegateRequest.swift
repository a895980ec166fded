// SPDX-License-Identifier: Apache-2.0
package import StampClient

/// The requests to a proxy's admin socket: a JSON object by POST to `/create`, `/list` or `/revoke`.
package enum DelegateRequest {
    /// Asks for a new delegate.
    package struct Create: Codable, Sendable {
        /// The delegate's name.
        package let name: String
        /// The delegate's life in seconds.
        package let expirationSeconds: Int
        /// The session's name; `default` if absent.
        package let session: SessionName?
        /// Whether the delegate outlives today's session and uses whichever session has its name.
        package let anySession: Bool
        /// The user whose programs may use the pair, besides root's; the asking process's user if absent.
        package let userId: UInt32?
        /// Whether the delegate ends when the asking process exits.
        package let endsWithCaller: Bool
        /// The API that the asking process expects the proxy to send to; any if absent.
        package let apiBaseUrl: String?

        /// Creates a request.
        package init(
            name: String,
            expirationSeconds: Int,
            session: SessionName?,
            anySession: Bool,
            userId: UInt32? = nil,
            endsWithCaller: Bool = false,
            apiBaseUrl: String? = nil
        ) {
            (self.name, self.expirationSeconds) = (name, expirationSeconds)
            (self.session, self.anySession) = (session, anySession)
            (self.userId, self.endsWithCaller, self.apiBaseUrl) = (userId, endsWithCaller, apiBaseUrl)
        }
    }

    /// Asks to end a delegate.
    package struct Revoke: Codable, Sendable {
        /// The delegate's name.
        package let name: String

        /// Creates a request.
        package init(name: String) {
            self.name = name
        }
    }

    /// Asks for the living delegates.
    package struct List: Codable, Sendable {
        /// Creates a request.
        package init() {}
    }
}

/// A new delegate with its placeholder pair. The private key is not told again.
package struct CreatedDelegate: Codable, Sendable {
    /// The delegate's name.
    package let name: String
    /// The placeholder's public key.
    package let publicKey: PublicKey
    /// The placeholder's private key: 64 hex digits.
    package let privateKey: String
    /// The remaining life of the delegate.
    package let expiresInMilliseconds: Int
    /// The organization that the session's injector claimed.
    package let organizationId: String?
    /// Where the proxy listens for it: `http://127.0.0.1:PORT` or `unix:PATH`.
    package let listening: [String]
}

/// A living delegate.
package struct ListedDelegate: Codable, Sendable {
    /// The delegate's name.
    package let name: String
    /// The session's name.
    package let session: SessionName
    /// The session's key to which it is bound; `nil` for any.
    package let sessionKey: PublicKey?
    /// The user whose programs may use it, besides root's.
    package let userId: UInt32
    /// The placeholder's public key.
    package let publicKey: PublicKey
    /// The remaining life of the delegate.
    package let expiresInMilliseconds: Int
}

/// The living delegates.
package struct DelegateList: Codable, Sendable {
    /// The delegates, sorted by name.
    package let delegates: [ListedDelegate]
}

/// The answer to a revocation.
package struct RevokedDelegate: Codable, Sendable {
    /// The name of the delegate that ended.
    package let name: String
}
