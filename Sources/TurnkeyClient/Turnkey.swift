// SPDX-License-Identifier: Apache-2.0
public import Foundation
public import Logging
public import Passkeys
public import StampClient

/// The entry point: makes clients of Turnkey's API for a session of the frame, for a passkey and for an API key.
public struct Turnkey: Sendable {
    private let passkey: (any PasskeyAuthenticator)?
    let context: SessionContext

    /// Creates the clients' shared state. Connections run on the two threads of `EventLoops`, unless that is given
    /// others.
    ///
    /// - Parameters:
    ///   - config: The addresses and the organization.
    ///   - passkey: The user's authenticator; needed for logins.
    ///   - frame: The stamp socket; if absent, the one in the configuration's socket directory.
    ///   - control: The control socket; if absent, the one in the configuration's socket directory.
    ///   - polling: How to poll submissions.
    ///   - requestTimeout: How long one HTTP request may take.
    ///   - stateDirectory: Where sessions are stored; `$XDG_STATE_HOME/stampd` if absent.
    ///   - environment: Names the proxy (HTTPS_PROXY, NO_PROXY) and the trusted certificates (SSL_CERT_FILE,
    ///     SSL_CERT_DIR).
    ///   - logger: Takes messages of level `info` and below.
    public init(
        _ config: TurnkeyConfiguration,
        passkey: (any PasskeyAuthenticator)? = nil,
        frame: StampClient? = nil,
        control: ControlClient? = nil,
        polling: ActivityPolling = ActivityPolling(),
        requestTimeout: Duration = .seconds(30),
        stateDirectory: String? = nil,
        environment: [String: String] = ProcessInfo.processInfo.environment,
        logger: Logger = Logger(label: "TurnkeyClient") { _ in SwiftLogNoOpLogHandler() }
    ) {
        self.passkey = passkey
        let address = FrameAddress(socketDirectory: config.socketDirectory)
        context = SessionContext(
            config,
            frame: frame ?? StampClient(address),
            control: control ?? ControlClient(address),
            frameDirectory: address.directory,
            connection: APIConnection(
                transport: HTTPTransport(config.apiBaseUrl, timeout: requestTimeout, environment: environment),
                notarizerPublicKey: config.notarizerPublicKey,
                polling: polling,
                logger: logger
            ),
            store: Result { () throws(TurnkeyError) in
                try SessionStore(socketDirectory: address.directory, stateDirectory: stateDirectory)
            }
        )
    }

    /// The configuration.
    public var config: TurnkeyConfiguration { context.config }
    /// The frame's stamp socket.
    public var frame: StampClient { context.frame }
    /// The frame's control socket.
    public var control: ControlClient { context.control }
    /// The sessions of the frame, and what is stored about them.
    public var sessions: Sessions { Sessions(context: context) }

    /// Returns the user of the last login or session, without using the network; `nil` if no login is stored.
    ///
    /// - Throws: `.store`.
    public func getCurrentUser() throws(TurnkeyError) -> TurnkeyUser? { try context.readUser() }

    /// Returns a client of the configuration's organization, whose requests `stamper` stamps. Nothing is sent yet.
    public func client(_ stamper: some Stamper) -> APIClient {
        APIClient(organizationId: config.defaultOrganizationId, stamper: stamper, connection: context.connection)
    }

    /// Returns a client stamped by a session of the frame (`default` if absent), alive or not.
    ///
    /// A payload that the socket's rules refuse is thrown as `.frame(.payloadDenied)`.
    public func sessionClient(session: SessionName? = nil, socket: SessionSocket = .stamp) -> APIClient {
        context.makeClient(session: session ?? .default, organizationId: nil, socket: socket)
    }

    /// Makes the authenticator create a passkey for `user`, without registering it at the API.
    ///
    /// - Throws: `.configuration` if there is no authenticator or no relying party; `.passkey`.
    public func register(_ user: PasskeyUser) async throws(TurnkeyError) -> PasskeyAttestation {
        guard let passkey else { throw .configuration(.missingPasskey) }
        guard let rpId = config.rpId else { throw .configuration(.missingRelyingParty) }
        do { return try await passkey.registration(of: user, rpId: rpId) } catch { throw .passkey(error) }
    }

    /// Returns a client whose requests the user approves one by one with the passkey.
    ///
    /// - Throws: `.configuration` if there is no authenticator or no relying party.
    public func passkeyClient() throws(TurnkeyError) -> PasskeyClient {
        guard let passkey else { throw .configuration(.missingPasskey) }
        guard let rpId = config.rpId else { throw .configuration(.missingRelyingParty) }
        return PasskeyClient(api: client(PasskeyStamper(passkey, rpId: rpId)), context: context)
    }
}
