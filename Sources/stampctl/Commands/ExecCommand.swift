// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Foundation
import Glibc
import Signals
import StampClient
import StampingProxy
import TurnkeyClient

struct ExecCommand: ReportingCommand {
    static let configuration = CommandConfiguration(
        commandName: "exec",
        abstract: "Run a program that is written for Turnkey's API, with a session in place of its API key.",
        usage: "stampctl exec [<options>] -- <command> ...",
        discussion: """
            The program gets a placeholder key and the address of a proxy on 127.0.0.1, which stamps its requests with the \
            session and sends them to the API. The placeholder is good for nothing else, and ends with the program. \
            Standard streams, terminal, signals and exit status are the program's.

            Where the service stampd-proxy runs beside the frame and lets you make a pair, it serves the program. \
            Otherwise a proxy in this process does; it runs as your own user, so the frame cannot believe the paths that \
            it names: rules on paths are not enforced.
            """
    )

    @OptionGroup var frame: FrameOptions
    @OptionGroup var session: SelectedSessionOptions
    @OptionGroup var api: APIOptions
    @OptionGroup var organization: OrganizationOptions

    @OptionGroup var stamping: StampSocketOptions

    @Option(
        name: .customLong("for"),
        help: ArgumentHelp(
            "How long the placeholder is good: 90s, 15m, 8h (default: as long as the session).",
            valueName: "duration"
        )
    )
    var life: LifeOption?

    @Option(help: ArgumentHelp("Whose names of variables are set: Turnkey's, or also those without its prefix."))
    var env = ChildEnvironment.turnkey

    @Flag(
        name: .customLong("login"),
        help: "Ask for the passkey first where there is no session, as \"stampctl login\" does."
    )
    var asksForPasskey = false

    @OptionGroup var login: LoginOptions

    @Flag(
        help: "Refresh the session for as long as the program runs; the placeholder then stays good with each new key."
    )
    var refresh = false

    @Option(
        help: ArgumentHelp(
            "The delegate whose pair is made at the running proxy, which must be there (default: exec, if it is).",
            valueName: "name"
        ),
        transform: readDelegateName
    )
    var delegate: String?

    @Argument(parsing: .postTerminator, help: "The program, and its arguments.")
    var command: [String] = []

    var output: OutputOptions { get throws { try OutputOptions.parse([]) } }

    func validate() throws {
        guard !command.isEmpty else { throw ValidationError("a program is missing: stampctl exec -- COMMAND") }
        guard asksForPasskey || !login.areGiven else {
            throw ValidationError("what says how to ask for the passkey goes with --login")
        }
    }

    func perform() async throws {
        let passed = PassedDescriptors()
        let turnkey = try makeTurnkey()
        let name = try turnkey.resolve(session)
        try await logInIfNeeded(turnkey, name)
        let served = try await serve(name, turnkey.config)
        let known = turnkey.config.defaultOrganizationId
        let variables = env.make(
            from: ProcessInfo.processInfo.environment,
            baseURL: served.baseURL,
            organizationId: known.isEmpty ? served.pair.organizationId : known,
            served.pair
        )
        let watch = refresh ? keepRefreshing(turnkey, name) : warn(before: served.pair)
        let ending = try await Self.running(command, variables, passed, served.servers)
        watch.cancel()
        try Self.end(as: ending)
    }

    /// With --login, starts a session if none is alive.
    private func logInIfNeeded(_ turnkey: Turnkey, _ name: SessionName) async throws {
        guard asksForPasskey else { return }
        do throws(StampError) { _ = try await turnkey.frame.look(at: name) } catch {
            guard error.fallback == .passkey else { throw error }
            _ = try await login.logIn(frame, api, organization, session: name)
        }
    }

    private func makeTurnkey() throws -> Turnkey {
        guard let organizationId = organization.organizationId else {
            return try api.makeTurnkey(frame, stampingAt: stamping.socket)
        }
        return try api.makeTurnkey(frame, organizationId: organizationId, stampingAt: stamping.socket)
    }

    /// Makes a pair at the proxy that runs beside the frame, else at a proxy of this process.
    private func serve(_ session: SessionName, _ config: TurnkeyConfiguration) async throws -> ServedPair {
        let wanted = DelegateRequest.Create(
            name: delegate ?? "exec",
            expirationSeconds: life?.seconds ?? DelegateAdmin.maximumSeconds,
            session: session,
            anySession: refresh,
            endsWithCaller: true,
            apiBaseUrl: config.apiBaseUrl.text
        )
        let address = FrameAddress(socketDirectory: config.socketDirectory, frameUser: frame.frameUser)
        // The running proxy chooses the socket at which its frame stamps.
        if stamping.socket == StampSocketOptions.usual || delegate != nil,
            let served = try await ServedPair.find(wanted, beside: address, isRequired: delegate != nil)
        {
            return served
        }
        return try await ServedPair.make(wanted, StampClient(address, socket: stamping.socket), config.apiBaseUrl)
    }

    private func keepRefreshing(_ turnkey: Turnkey, _ name: SessionName) -> Task<Void, Never> {
        Task {
            do throws(TurnkeyError) { try await turnkey.sessions.keepRefreshing(name) } catch .cancelled {
                return
            } catch {
                StandardError.write("stampctl: the session is not refreshed any more: \(error.message)")
            }
        }
    }

    private static func running(
        _ command: [String],
        _ environment: [String: String],
        _ passed: PassedDescriptors,
        _ servers: RunningServers
    ) async throws -> ChildProgram.Ending {
        do {
            let ending = try await ChildProgram.run(command, environment, passed)
            await servers.stop()
            return ending
        } catch {
            await servers.stop()
            throw error
        }
    }

    /// Says on a terminal that the placeholder ends soon: with its session, unless an earlier end was asked for.
    private func warn(before pair: CreatedDelegate) -> Task<Void, Never> {
        let left = Duration.milliseconds(pair.expiresInMilliseconds)
        let what = life.map { left < .seconds($0.seconds) } ?? true ? "session" : "placeholder"
        let end = ContinuousClock.now + left
        return Task {
            guard isatty(STDERR_FILENO) == 1,
                (try? await Task.sleep(until: end - .seconds(60), clock: .continuous)) != nil
            else { return }
            StandardError.write("stampctl: the \(what) ends within a minute")
        }
    }

    /// Ends as the program did, without a core dump of this process.
    private static func end(as ending: ChildProgram.Ending) throws {
        switch ending {
        case .exited(let status): throw ExitCode(status)
        case .killed(let number):
            var none = rlimit()
            unsafe setrlimit(__rlimit_resource_t(RLIMIT_CORE.rawValue), &none)
            CaughtSignal.endProcess(by: number)
            throw ExitCode(128 + number)
        }
    }
}
