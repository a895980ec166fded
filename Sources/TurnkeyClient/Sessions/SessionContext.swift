// SPDX-License-Identifier: Apache-2.0
import StampClient

/// What all clients of one `Turnkey` share: the two doors of the frame, the store, the API, and what is under way.
final class SessionContext: Sendable {
    let config: TurnkeyConfiguration
    let frame: StampClient
    let control: ControlClient
    let connection: APIConnection
    let events = SessionEventHub()
    let logins = SingleFlight<TurnkeySession>()
    let users = SingleFlight<TurnkeyUser>()
    let passkeySessions = SingleFlight<PasskeySession>()
    let activeClients = SingleFlight<ActiveClient>()
    /// Where the frame's sockets are.
    let frameDirectory: String
    private let storeOrFailure: Result<SessionStore, TurnkeyError>

    init(
        _ config: TurnkeyConfiguration,
        frame: StampClient,
        control: ControlClient,
        frameDirectory: String,
        connection: APIConnection,
        store: Result<SessionStore, TurnkeyError>
    ) {
        self.config = config
        self.frame = frame
        self.control = control
        self.frameDirectory = frameDirectory
        self.connection = connection
        storeOrFailure = store
    }

    var store: SessionStore {
        get throws(TurnkeyError) { try storeOrFailure.get() }
    }

    /// What is stored: nothing, where there is no place to store it.
    func readState() throws(TurnkeyError) -> StoredState {
        let store: SessionStore
        do throws(TurnkeyError) { store = try self.store } catch .configuration(.noBaseDirectory) {
            return StoredState(socketDirectory: frameDirectory)
        }
        do throws(StoreError) { return try store.read() } catch { throw .store(error) }
    }

    @discardableResult
    func updateState<Result>(_ change: (inout StoredState) -> Result) async throws(TurnkeyError) -> Result {
        let store = try store
        do throws(StoreError) { return try await store.update(change) } catch .busy where Task.isCancelled {
            throw .cancelled
        } catch {
            throw .store(error)
        }
    }

    /// The session that is meant: the one named, else the one selected, else `default`.
    ///
    /// - Throws: `.configuration(.invalidSessionName)`, `.store`.
    func resolve(_ session: String?) throws(TurnkeyError) -> String {
        guard let session else { return try readState().selectedSession ?? defaultSessionName }
        guard isSessionName(session) else { throw .configuration(.invalidSessionName(session)) }
        return session
    }

    /// The last login with this API and organization.
    func readUser() throws(TurnkeyError) -> TurnkeyUser? {
        guard let login = try readState().login, isHere(login) else { return nil }
        return login.user
    }

    func makeLogin(_ user: TurnkeyUser) -> StoredState.Login {
        StoredState.Login(
            apiBaseUrl: config.apiBaseUrl.text,
            defaultOrganizationId: config.defaultOrganizationId,
            user: user
        )
    }

    func isHere(_ login: StoredState.Login) -> Bool {
        login.apiBaseUrl == config.apiBaseUrl.text && login.defaultOrganizationId == config.defaultOrganizationId
    }

    /// The API, stamped by the session, for an organization's bodies. `expectedKey`: the session's key, where a check of
    /// ours has looked; else the one that `frame` expects.
    ///
    /// That bodies are for an organization is no evidence that the session is its: what is stored of the key is.
    ///
    /// What makes or ends credentials is stamped at the control socket in any case: the rules of a stamp socket that keep a
    /// session from outliving itself refuse it. `acceptsReplacement`: whether a key that is known to have taken the expected
    /// one's place stamps too.
    func makeClient(
        session: String,
        organizationId: String?,
        expecting expectedKey: String? = nil,
        door: SessionDoor = .stamp,
        acceptsReplacement: Bool = true
    ) -> APIClient {
        func makeStamper(through control: ControlClient?) -> SocketStamper {
            SocketStamper(
                frame,
                through: control,
                session: session,
                expectedKey: expectedKey,
                findHome: { [self] publicKey in findHome(of: publicKey, session) },
                isKnownKey: { [self] publicKey in
                    guard acceptsReplacement else { return false }
                    return await isKnown(publicKey, as: session)
                }
            )
        }
        let control = makeStamper(through: control)
        return APIClient(
            organizationId: organizationId ?? config.defaultOrganizationId,
            stamper: door == .control ? control : makeStamper(through: nil),
            credentialStamper: control,
            connection: connection
        )
    }

    /// By what is stored of the session that has this key.
    private func findHome(of publicKey: String, _ session: String) -> KeyHome {
        guard let stored = (try? readState())?[session], stored.publicKey == publicKey else { return .unknown }
        return stored.apiBaseUrl == config.apiBaseUrl.text ? .organization(stored.organizationId) : .anotherAPI
    }

    /// The organization for a body that must name one: the one that is known, else the configuration's.
    ///
    /// - Throws: `.configuration(.missingOrganization)`.
    func requireOrganization(_ known: String?) throws(TurnkeyError) -> String {
        let organizationId = known ?? config.defaultOrganizationId
        guard !organizationId.isEmpty else { throw .configuration(.missingOrganization) }
        return organizationId
    }

    /// How often, and how long apart, a key is looked for that has taken another's place.
    private static let (looks, pause) = (50, Duration.milliseconds(20))

    /// Whether this user has refreshed the session, or logged in anew. Another process writes down what it has started a
    /// moment after that, so it is looked for more than once.
    func isKnown(_ publicKey: String, as session: String) async -> Bool {
        for _ in 0..<Self.looks {
            if events.isStartExplained(of: publicKey) { return true }
            if (try? readState()[session])??.publicKey == publicKey { return true }
            guard (try? await Task.sleep(for: Self.pause)) != nil else { return false }
        }
        return false
    }
}

/// The frame's socket at which a session stamps for a client.
public enum SessionDoor: Sendable, Hashable, CaseIterable {
    /// What makes or ends credentials at the control socket, everything else at the stamp socket.
    case stamp
    /// Everything at the control socket, past the rules of the stamp socket.
    case control
}

/// 1 to 64 of a-z 0-9 . _ -, as the frame has it.
public func isSessionName(_ text: String) -> Bool {
    (1...64).contains(text.utf8.count)
        && text.utf8.allSatisfy { byte in
            (0x61...0x7A).contains(byte) || (0x30...0x39).contains(byte) || [0x2E, 0x5F, 0x2D].contains(byte)
        }
}
