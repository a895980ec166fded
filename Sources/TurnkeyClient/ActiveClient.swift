// SPDX-License-Identifier: Apache-2.0
import StampClient

/// Who stamps now.
public enum ActiveClient: Sendable {
    /// The frame has a living session, and the API knows its key.
    case session(APIClient)
    /// There is no session, it has expired, or the API no longer knows its key.
    case passkey(PasskeyClient)

    public var api: APIClient {
        switch self {
        case .session(let api): api
        case .passkey(let client): client.api
        }
    }
}

extension Turnkey {
    /// The session's client while the session lives, else the passkey's. Nobody is asked to approve anything yet.
    ///
    /// Asks the frame for the session (the selected one where absent), brings it back from the store where the frame has
    /// lost it and can open its bundle still, and asks the API, by one whoami, whether it knows the key; where it does
    /// not, the frame is told, and the session ends for everyone. Callers at the same time share all this, and those who
    /// then log in share the approval. Keep the client: do not call this for every request. Where the session was replaced,
    /// a call that succeeds is the caller's decision to go on with the one that took its place; one that fails decides
    /// nothing.
    /// - Throws: everything else. A frame that is not running, a network that is down, a refusal and a rate limit are
    ///   errors, and no reason to ask for a passkey. `.configuration` where the passkey is needed and was not given.
    public func getActiveClient(session: String? = nil) async throws(TurnkeyError) -> ActiveClient {
        let name = try context.resolve(session)
        return try await context.activeClients.run(name) { () throws(TurnkeyError) in
            do throws(TurnkeyError) {
                return .session(try await context.makeLivingClient(name))
            } catch  where error.fallback == .passkey {
                return .passkey(try passkeyClient())
            }
        }
    }
}

extension SessionContext {
    /// - Throws: with the fallback `passkey` where the session is over.
    fileprivate func makeLivingClient(_ name: String) async throws(TurnkeyError) -> APIClient {
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

    /// A key that the API knows no more is not injected again.
    private func whoami(_ client: APIClient, _ session: Session) async throws(TurnkeyError) -> Whoami {
        do throws(TurnkeyError) {
            return try await client.getWhoami()
        } catch .api(let error) where error.isKeyRejection {
            await forget(session)
            throw .api(error)
        }
    }

    private func findOrRestore(_ name: String) async throws(TurnkeyError) -> Session {
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
