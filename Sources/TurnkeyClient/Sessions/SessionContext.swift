// SPDX-License-Identifier: Apache-2.0
import StampClient

/// The state that all clients of one `Turnkey` share: the frame's sockets, the store, the API, and calls in progress.
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
    /// The directory of the frame's sockets.
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

    /// Reads what is stored: nothing, if there is no place to store it.
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

    /// Returns the session's name: the one given, else the selected one, else `default`.
    ///
    /// - Throws: `.store`.
    func resolve(_ session: SessionName?) throws(TurnkeyError) -> SessionName {
        if let session { return session }
        return try readState().selectedSession ?? .default
    }

    /// Returns the user of the last login with this API and organization.
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

    /// Returns a client stamped by the session, whose bodies name an organization.
    ///
    /// `expectedKey` is the session's key, if a check has found it; else the one that `frame` expects. The organization
    /// of the bodies is no evidence of the session's own; what is stored about the key is.
    ///
    /// Activities that make or end credentials are always stamped at the control socket, because the rules of a stamp
    /// socket that keep a session from outliving itself refuse them. `acceptsReplacement` says whether a key that is
    /// known to have replaced the expected one may stamp too.
    func makeClient(
        session: SessionName,
        organizationId: String?,
        expecting expectedKey: PublicKey? = nil,
        socket: SessionSocket = .stamp,
        acceptsReplacement: Bool = true
    ) -> APIClient {
        func makeStamper(through control: ControlClient?) -> SocketStamper {
            let stamp = RefreshedStamp(
                frame: frame,
                control: control,
                session: session,
                expectedKey: expectedKey,
                isKnownKey: { [self] publicKey in
                    guard acceptsReplacement else { return false }
                    return await isKnown(publicKey, as: session)
                }
            )
            return SocketStamper(stamp) { [self] publicKey in findHome(of: publicKey, session) }
        }
        let control = makeStamper(through: control)
        return APIClient(
            organizationId: organizationId ?? config.defaultOrganizationId,
            stamper: socket == .control ? control : makeStamper(through: nil),
            credentialStamper: control,
            connection: connection
        )
    }

    /// Finds the organization of a key by the stored session that has it.
    private func findHome(of publicKey: PublicKey, _ session: SessionName) -> KeyHome {
        guard let stored = (try? readState())?[session], stored.publicKey == publicKey else { return .unknown }
        return stored.apiBaseUrl == config.apiBaseUrl.text ? .organization(stored.organizationId) : .anotherAPI
    }

    /// Returns the organization for a body: the known one, else the configured one.
    ///
    /// - Throws: `.configuration(.missingOrganization)`.
    func requireOrganization(_ known: String?) throws(TurnkeyError) -> String {
        let organizationId = known ?? config.defaultOrganizationId
        guard !organizationId.isEmpty else { throw .configuration(.missingOrganization) }
        return organizationId
    }

    /// How often and how far apart the store is searched for a key that has replaced another.
    private static let (looks, pause) = (50, Duration.milliseconds(20))

    /// Whether this user refreshed the session or logged in anew. Another process stores its session a moment after
    /// starting it, so the store is read more than once.
    func isKnown(_ publicKey: PublicKey, as session: SessionName) async -> Bool {
        for _ in 0..<Self.looks {
            if events.isStartExplained(of: publicKey) { return true }
            if (try? readState()[session])??.publicKey == publicKey { return true }
            guard (try? await Task.sleep(for: Self.pause)) != nil else { return false }
        }
        return false
    }
}

/// The frame's socket at which a session stamps for a client.
public enum SessionSocket: Sendable, Hashable, CaseIterable {
    /// The control socket for activities that make or end credentials, the stamp socket for everything else.
    case stamp
    /// The control socket for everything, past the rules of the stamp socket.
    case control
}
