// SPDX-License-Identifier: Apache-2.0
public import StampClient

/// A client of the API stamped by one session of the frame. It does for a machine what an auth iframe does for a page.
public struct IframeClient: Sendable {
    /// The frame's embedded key, for which to create a session: uncompressed, 130 lower-case hex digits.
    public let iframePublicKey: String
    /// The session's name in the frame.
    public let session: SessionName
    /// The API client, for any other request.
    public let api: APIClient
    let context: SessionContext

    /// Injects the bundle that `createPasskeySession` made; the session stamps from then on.
    ///
    /// - Returns: `true`. An error is thrown if the session does not start.
    /// - Throws: `.frame`; for an expired session `.sessionExpired`, whose fallback is the passkey.
    @discardableResult
    public func injectCredentialBundle(_ passkeySession: PasskeySession) async throws(TurnkeyError) -> Bool {
        let started = try await context.start(passkeySession, as: session)
        await context.markStarted(session, publicKey: started.publicKey)
        context.events.publish(.created(session: session, publicKey: started.publicKey))
        return true
    }

    /// Injects a bundle: base58check or unpadded base64url of 81 bytes.
    ///
    /// A stored bundle's session lives for what is left of it. Any other, such as one from an e-mail, lives for
    /// `expirationSeconds`, which should be what was asked of the API; 900 if absent.
    ///
    /// - Returns: `true`. An error is thrown if the session does not start.
    /// - Throws: `.frame`, `.store`.
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

    /// Asks the API which user the session stamps for.
    ///
    /// - Throws: As ``APIClient/query(_:body:)``.
    public func getWhoami() async throws(TurnkeyError) -> Whoami {
        try await api.getWhoami()
    }
}

extension PasskeySession {
    fileprivate init(_ bundle: String, _ stored: StoredSession) {
        self.init(
            credentialBundle: bundle,
            publicKey: stored.publicKey,
            terms: stored.terms
        )
    }
}

extension Turnkey {
    /// Makes a client of a session, which need not be alive or exist, and the frame's embedded key if it has none.
    ///
    /// - Parameter session: The session's name. If absent, the selected one; if none is selected, `default`.
    /// - Returns: The client.
    /// - Throws: `.frame`, `.store`.
    public func iframeClient(session: SessionName? = nil) async throws(TurnkeyError) -> IframeClient {
        let name = try context.resolve(session)
        return IframeClient(
            iframePublicKey: try await context.initEmbeddedKey(),
            session: name,
            api: context.makeClient(session: name, organizationId: try context.readUser()?.organization.organizationId),
            context: context
        )
    }
}
