// SPDX-License-Identifier: Apache-2.0
public import StampClient

/// The client that stamps now.
public enum ActiveClient: Sendable {
    /// The frame has a living session, and the API knows its key.
    case session(APIClient)
    /// There is no session, it has expired, or the API no longer knows its key.
    case passkey(PasskeyClient)

    /// The API client of either.
    public var api: APIClient {
        switch self {
        case .session(let api): api
        case .passkey(let client): client.api
        }
    }
}

extension Turnkey {
    /// Returns a client that stamps with the session if it lives, else one that stamps with the passkey.
    ///
    /// The call itself prompts no one; each request of a passkey's client does. The session is the selected one if
    /// `session` is absent. If the frame lost it and can still open its stored bundle, the call injects the bundle
    /// again.
    ///
    /// The call sends one whoami. If the session's own organization refuses the key, the call removes the session from
    /// the store and reports the key to the frame, which ends the session for all its clients.
    ///
    /// A call that returns the session's client makes later stamps of this object expect the session's present key,
    /// even if another key was expected before. A call that fails leaves the expected key as it is.
    ///
    /// Concurrent calls for one session share this work. Keep the client instead of calling this for each request.
    ///
    /// - Throws: Any error whose `fallback` is not `.passkey`, such as no frame, no network or a rate limit; among them
    ///   `.unknownKey`, `.anotherUser` if the key is not the stored user's, and `.store`. `.configuration` if the
    ///   passkey is needed and there is no authenticator or relying party.
    public func getActiveClient(session: SessionName? = nil) async throws(TurnkeyError) -> ActiveClient {
        let name = try context.resolve(session)
        return try await context.activeClients.run(name.text) { () throws(TurnkeyError) in
            do throws(TurnkeyError) {
                return .session(try await context.makeLivingClient(name))
            } catch  where error.fallback == .passkey {
                return .passkey(try passkeyClient())
            }
        }
    }
}

extension SessionContext {
    /// Returns a client for the living session.
    ///
    /// - Throws: An error with the fallback `passkey` if the session is over.
    fileprivate func makeLivingClient(_ name: SessionName) async throws(TurnkeyError) -> APIClient {
        let session = try await findOrRestore(name)
        let organizationId = session.organizationId
        let whoami = try await whoami(
            makeClient(session: name, organizationId: organizationId, expecting: session.publicKey),
            session
        )
        if let stored = try readState()[name], stored.publicKey == session.publicKey, stored.userId != whoami.userId {
            throw .anotherUser(userId: whoami.userId, expected: stored.userId)
        }
        frame.expect(session.publicKey, of: name)
        return makeClient(session: name, organizationId: organizationId)
    }

    /// Asks whoami with the session's key, and makes sure that a key that the API no longer knows is not injected
    /// again.
    private func whoami(_ client: APIClient, _ session: Session) async throws(TurnkeyError) -> Whoami {
        do throws(TurnkeyError) {
            return try await client.getWhoami()
        } catch .api(let error) where error.isKeyRejection {
            await forget(session)
            throw .api(error)
        }
    }

    private func findOrRestore(_ name: SessionName) async throws(TurnkeyError) -> Session {
        do throws(TurnkeyError) {
            return try await look(at: name)
        } catch .frame(.noSession(let session, let fallback)) {
            guard try await restore(name) else {
                throw .frame(.noSession(session: session, fallback: fallback))
            }
            return try await look(at: name)
        }
    }
}
