// SPDX-License-Identifier: Apache-2.0
import StampClient

/// The API stamped by one session of the frame, which does for a machine what an auth iframe does for a page.
public struct IframeClient: Sendable {
    /// The frame's embedded key, to create a session for: uncompressed, 130 lower-case hex digits.
    public let iframePublicKey: String
    /// The session's name in the frame.
    public let session: String
    /// For any other request.
    public let api: APIClient
    let context: SessionContext

    /// Hands the frame what `createPasskeySession` made; the session stamps from now on.
    ///
    /// - Returns: `true`. Whatever keeps the session from starting is thrown.
    /// - Throws: `.frame`; an expired session is `.sessionExpired`, whose fallback is the passkey.
    @discardableResult
    public func injectCredentialBundle(_ passkeySession: PasskeySession) async throws(TurnkeyError) -> Bool {
        let started = try await context.start(passkeySession, as: session)
        await context.markStarted(session, publicKey: started.publicKey)
        context.events.publish(.created(session: session, publicKey: started.publicKey))
        return true
    }

    /// Hands the frame a bundle, base58check or unpadded base64url of 81 bytes.
    ///
    /// A bundle that is stored lives as long as is left of it. Any other, such as an e-mail's, lives for
    /// `expirationSeconds`: as long as was asked of the API, 900 where absent.
    @discardableResult
    public func injectCredentialBundle(
        _ bundle: String,
        expirationSeconds: Int? = nil
    ) async throws(TurnkeyError) -> Bool {
        if let stored = try context.readState().sessions.first(where: { $0.credentialBundle == bundle }) {
            return try await injectCredentialBundle(PasskeySession(bundle, stored))
        }
        let terms = SessionTerms(expirationSeconds: expirationSeconds)
        _ = try await context.inject(bundle, as: session, terms: terms, expectPublicKey: nil)
        return true
    }

    public func getWhoami() async throws(TurnkeyError) -> Whoami {
        try await api.getWhoami()
    }
}

extension PasskeySession {
    fileprivate init(_ bundle: String, _ stored: StoredSession) {
        self.init(
            credentialBundle: bundle,
            publicKey: stored.publicKey,
            userId: stored.userId,
            organizationId: stored.organizationId,
            expiry: stored.expiry.expiry
        )
    }
}

extension Turnkey {
    /// The client of a session (the selected one where absent), alive or not yet; makes the embedded key where there is
    /// none.
    ///
    /// - Throws: `.frame`, `.store`, `.configuration`.
    public func iframeClient(session: String? = nil) async throws(TurnkeyError) -> IframeClient {
        let name = try context.resolve(session)
        return IframeClient(
            iframePublicKey: try await context.initEmbeddedKey(),
            session: name,
            api: context.makeClient(session: name, organizationId: try context.readUser()?.organization.organizationId),
            context: context
        )
    }
}
