// SPDX-License-Identifier: Apache-2.0
public import Logging
public import StampClient

/// The way in: clients of Turnkey's API for a session of the frame, for a passkey and for an API key.
public struct Turnkey: Sendable {
    public let configuration: TurnkeyConfiguration
    /// The frame's stamp socket.
    public let frame: StampClient
    private let passkey: (any PasskeyAuthenticator)?
    private let connection: APIConnection

    /// `frame`: where the configuration's socket directory says, where absent. `requestTimeout` is for one HTTP request.
    public init(
        _ configuration: TurnkeyConfiguration,
        passkey: (any PasskeyAuthenticator)? = nil,
        frame: StampClient? = nil,
        polling: ActivityPolling = ActivityPolling(),
        requestTimeout: Duration = .seconds(30),
        logger: Logger = Logger(label: "TurnkeyClient") { _ in SwiftLogNoOpLogHandler() }
    ) {
        self.configuration = configuration
        self.passkey = passkey
        self.frame = frame ?? StampClient(FrameAddress(socketDirectory: configuration.socketDirectory))
        connection = APIConnection(
            transport: HTTPTransport(configuration.apiBaseUrl, timeout: requestTimeout),
            notarizerPublicKey: configuration.notarizerPublicKey,
            polling: polling,
            logger: logger
        )
    }

    /// The API, stamped by `stamper`.
    public func client(_ stamper: some Stamper) -> APIClient {
        APIClient(organizationId: configuration.defaultOrganizationId, stamper: stamper, connection: connection)
    }

    /// The API, stamped by a session of the frame (`default` where absent), alive or not.
    public func sessionClient(session: String? = nil) -> APIClient {
        client(SocketStamper(frame, session: session))
    }

    /// The API, approved by the passkey request by request.
    ///
    /// - Throws: `.configuration` where no authenticator or no relying party was given.
    public func passkeyClient() throws(TurnkeyError) -> PasskeyClient {
        guard let passkey else { throw .configuration(.missingPasskey) }
        guard let rpId = configuration.rpId else { throw .configuration(.missingRelyingParty) }
        return PasskeyClient(api: client(PasskeyStamper(passkey, rpId: rpId)))
    }
}

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
    /// Asks the frame for the session and then the API, by one whoami, whether it still knows the key; where it does not,
    /// the frame is told, and the session ends for everyone. Keep the client: do not call this for every request.
    /// - Throws: everything else. A frame that is not running, a network that is down, a refusal and a rate limit are
    ///   errors, and no reason to ask for a passkey. `.configuration` where the passkey is needed and was not given.
    public func getActiveClient(session: String? = nil) async throws(TurnkeyError) -> ActiveClient {
        do throws(TurnkeyError) {
            try await checkSession(session)
            let client = sessionClient(session: session)
            _ = try await client.getWhoami()
            return .session(client)
        } catch  where error.fallback == .passkey {
            return .passkey(try passkeyClient())
        }
    }

    private func checkSession(_ session: String?) async throws(TurnkeyError) {
        do throws(StampError) {
            _ = try await frame.getSession(session)
        } catch {
            throw .frame(error)
        }
    }
}
