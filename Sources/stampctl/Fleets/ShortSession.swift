// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Fleet
import StampClient
import TurnkeyClient

/// A short session in the approver's own frame, begun with one approval, for a fleet command's requests to the API.
struct ShortSession {
    /// The longest life of the session in seconds. It is ended when the work is done.
    static let longestSeconds = 300

    let name: SessionName
    let organizationId: String
    /// The API's client. Each of its requests is stamped at the one socket that was asked for, whatever the request does.
    let client: APIClient
    private let frame: FrameOptions

    /// Runs `work` with a session, and ends the session afterwards, also where `work` throws.
    static func with<Result: Sendable>(
        _ options: ShortSessionOptions,
        named name: SessionName,
        at socket: String,
        _ work: (ShortSession) async throws -> Result
    ) async throws -> Result {
        let session = try await begin(options, name, at: socket)
        do {
            let result = try await work(session)
            await session.end()
            return result
        } catch {
            await session.end()
            throw error
        }
    }

    /// Returns the session that an interrupted run left, or begins a new one.
    private static func begin(
        _ options: ShortSessionOptions,
        _ name: SessionName,
        at socket: String
    ) async throws -> ShortSession {
        let asked = try options.organizationId()
        let organizationId: String
        if let living = try await find(name, try options.configuredFrame()) {
            try check(living, organizationId: asked)
            organizationId = asked
        } else {
            let login = PasskeyLogin(
                passkey: options.passkey,
                site: options.site,
                isBundled: false,
                expirationSeconds: longestSeconds
            )
            let begun = try await login.logIn(options.frame, options.api, options.organization, session: name)
            organizationId = begun.organizationId
        }
        let turnkey = try options.api.makeTurnkey(options.frame, organizationId: organizationId)
        let configured = FrameOptions(
            socketDirectory: turnkey.config.socketDirectory,
            frameUser: options.frame.frameUser
        )
        let stamper =
            socket == "control"
            ? SocketStamper(configured.controlClient, session: name, organizationId: organizationId)
            : SocketStamper(configured.stampClient(at: socket), session: name, organizationId: organizationId)
        return ShortSession(
            name: name,
            organizationId: organizationId,
            client: turnkey.client(stamper),
            frame: configured
        )
    }

    private static func find(_ name: SessionName, _ frame: FrameOptions) async throws -> Session? {
        do throws(StampError) { return try await frame.stampClient.getSession(name) } catch {
            switch error {
            case .noSession, .sessionExpired: return nil
            default: throw Failure(error)
            }
        }
    }

    /// Checks a living session.
    ///
    /// - Throws: where it is not one that this command would have begun.
    private static func check(_ living: Session, organizationId: String) throws {
        let hint = "\"stampctl logout --session \(living.name)\" ends it; then the same command begins its own"
        guard living.organizationId == organizationId else {
            throw Failure(
                "the session \(living.name) that lives in your frame is not of the organization \(organizationId)",
                hint: hint,
                status: .never
            )
        }
        guard living.expiresInMilliseconds <= longestSeconds * 1_000 else {
            throw Failure(
                "the session \(living.name) that lives in your frame lives longer than the \(longestSeconds) seconds of this command's own",
                hint: hint,
                status: .never
            )
        }
    }

    /// Ends the session. A failure is reported in a line, since the session ends by itself within its five minutes.
    private func end() async {
        do {
            try await frame.makeTurnkey().sessions.logout(name)
        } catch {
            StandardError.write("stampctl: the session \(name) was not ended, and ends by itself: \(error)")
        }
    }
}

/// The options that say how a short session is begun, and at which socket it stamps.
struct ShortSessionOptions: ParsableArguments {
    @OptionGroup var frame: FrameOptions
    @OptionGroup var api: APIOptions
    @OptionGroup var organization: OrganizationOptions
    @OptionGroup var passkey: PasskeyOptions
    @OptionGroup var site: SiteOptions

    @Option(
        help: ArgumentHelp(
            "Stamp at this socket of your frame, whose rules hold: control, stamp or stamp-NAME (default of approve: stamp-fleet, of revoke: control).",
            valueName: "name"
        ),
        completion: .list(["control", "stamp", "stamp-fleet"]),
        transform: readSocketName
    )
    var socket: String?

    /// Returns the organization that is named, or configured.
    ///
    /// - Throws: where none is.
    func organizationId() throws -> String {
        try api.makeTurnkey(frame, organizationId: organization.organizationId).config.defaultOrganizationId
    }

    /// Returns the frame that is named, or configured.
    func configuredFrame() throws -> FrameOptions {
        let turnkey = try api.makeTurnkey(frame, organizationId: organization.organizationId)
        return FrameOptions(socketDirectory: turnkey.config.socketDirectory, frameUser: frame.frameUser)
    }

    func validate() throws { try site.check(passkey) }
}
