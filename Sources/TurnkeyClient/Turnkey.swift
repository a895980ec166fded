// SPDX-License-Identifier: Apache-2.0
public import Foundation
public import Logging
public import StampClient

/// The way in: clients of Turnkey's API for a session of the frame, for a passkey and for an API key.
public struct Turnkey: Sendable {
    private let passkey: (any PasskeyAuthenticator)?
    let context: SessionContext

    /// `frame` and `control`: the two doors of the frame; where absent, where the configuration's socket directory says.
    /// `requestTimeout` is for one HTTP request. `stateDirectory`: where sessions are stored, `$XDG_STATE_HOME/stampd`
    /// where absent. `environment` names the proxy (HTTPS_PROXY, NO_PROXY) and whose certificates are trusted
    /// (SSL_CERT_FILE, SSL_CERT_DIR). Connections run on the two threads of `EventLoops`, unless it is given others.
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

    public var config: TurnkeyConfiguration { context.config }
    /// The frame's stamp socket.
    public var frame: StampClient { context.frame }
    /// The frame's control socket.
    public var control: ControlClient { context.control }
    /// The sessions of the frame, and what is stored of them.
    public var sessions: Sessions { Sessions(context: context) }

    /// The user of the last login or session, without network; `nil` where nobody has logged in.
    ///
    /// - Throws: `.store`.
    public func getCurrentUser() throws(TurnkeyError) -> TurnkeyUser? { try context.readUser() }

    /// The API, stamped by `stamper`.
    public func client(_ stamper: some Stamper) -> APIClient {
        APIClient(organizationId: config.defaultOrganizationId, stamper: stamper, connection: context.connection)
    }

    /// The API, stamped by a session of the frame (`default` where absent), alive or not.
    ///
    /// A payload that the rules of a socket refuse is `.frame(.payloadDenied)`.
    public func sessionClient(session: String? = nil, door: SessionDoor = .stamp) -> APIClient {
        context.makeClient(session: session ?? defaultSessionName, organizationId: nil, door: door)
    }

    /// Has the authenticator make a passkey of `user`, which the API does not know yet.
    ///
    /// - Throws: `.configuration` where no authenticator or no relying party was given; `.passkey`.
    public func register(_ user: PasskeyUser) async throws(TurnkeyError) -> PasskeyAttestation {
        guard let passkey else { throw .configuration(.missingPasskey) }
        guard let rpId = config.rpId else { throw .configuration(.missingRelyingParty) }
        do { return try await passkey.registration(of: user, rpId: rpId) } catch { throw .passkey(error) }
    }

    /// The API, approved by the passkey request by request.
    ///
    /// - Throws: `.configuration` where no authenticator or no relying party was given.
    public func passkeyClient() throws(TurnkeyError) -> PasskeyClient {
        guard let passkey else { throw .configuration(.missingPasskey) }
        guard let rpId = config.rpId else { throw .configuration(.missingRelyingParty) }
        return PasskeyClient(api: client(PasskeyStamper(passkey, rpId: rpId)), context: context)
    }
}
