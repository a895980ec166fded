// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Foundation
import Glibc
import StampClient
import StampingProxy
import TurnkeyClient

struct ProxyCommand: ReportingCommand {
    static let configuration = CommandConfiguration(
        commandName: "proxy",
        abstract: "Stamp the requests of programs that speak to Turnkey's API, and send them there.",
        discussion: """
            The frame is told the delegate and the path of each request: its configuration must list this user in \
            authorization.SOCKET.mayName.

            At unix:PATH=DELEGATE every program of this user is that delegate. At unix:PATH and 127.0.0.1:PORT a request \
            carries the stamp of a placeholder, which "stampctl delegate create" makes at the admin socket; programs of \
            other users are served where a placeholder is theirs. fd:NAME are the sockets of that name that a service \
            manager opened: at fd:NAME=DELEGATE their files' permissions say whose programs are the delegate.
            """
    )

    @OptionGroup var frame: FrameOptions
    @OptionGroup var session: SessionOptions
    @OptionGroup var api: APIOptions
    @OptionGroup var output: OutputOptions

    @Option(
        help: ArgumentHelp(
            "Where to listen: unix:PATH, 127.0.0.1:PORT or fd:NAME; unix:PATH=DELEGATE or fd:NAME=DELEGATE.",
            valueName: "address"
        )
    )
    var listen: [ListenAddress]

    @Option(
        help: ArgumentHelp("A name for which placeholders may be made; up to 256 times.", valueName: "name"),
        transform: readDelegateName
    )
    var delegate: [String] = []

    @Option(
        help: ArgumentHelp(
            "The admin socket, at which placeholders are made and ended: a path, or fd:NAME.",
            valueName: "path"
        )
    )
    var admin: String?

    @Option(
        help: ArgumentHelp(
            "An origin whose pages may ask, such as https://wallet.example; none else may.",
            valueName: "origin"
        ),
        transform: readOrigin
    )
    var allowOrigin: [String] = []

    @Option(
        help: ArgumentHelp(
            "How often a delegate may ask, with bursts of ten seconds' worth; 0 for no limit.",
            valueName: "count"
        )
    )
    var requestsPerSecond = RequestRate.defaultPerSecond

    @OptionGroup var stamping: StampSocketOptions

    func validate() throws {
        guard delegate.count <= DelegateTable.limit else {
            throw ValidationError("there are \(DelegateTable.limit) delegates at most")
        }
        guard (0...1_000_000).contains(requestsPerSecond) else {
            throw ValidationError("--requests-per-second takes 0 to 1000000")
        }
        let needsAdmin = listen.contains { $0.takesPlaceholders }
        guard needsAdmin == (admin != nil), needsAdmin == !delegate.isEmpty else {
            throw ValidationError(
                "--admin and --delegate go with an address that takes placeholders: unix:PATH, 127.0.0.1:PORT or fd:NAME"
            )
        }
    }

    func perform() async throws {
        umask(0o077)
        try await Interruption.cancelling {
            let table = DelegateTable(names: Set(delegate))
            let servers = try await start(table)
            do {
                try output.print(ProxyPlaces(listening: servers.places))
                while true { try await Task.sleep(for: .seconds(86_400)) }
            } catch {
                await servers.stop()
                let left = table.list(now: .now).map(\.delegate.name)
                if !left.isEmpty {
                    StandardError.write("stampctl: pairs that end with the proxy: \(left.joined(separator: ", "))")
                }
                throw error
            }
        }
    }

    private func start(_ table: DelegateTable) async throws -> RunningServers {
        let turnkey = try api.makeTurnkey(frame, stampingAt: stamping.socket)
        let environment = ProcessInfo.processInfo.environment
        let base = turnkey.config.apiBaseUrl
        let proxy = StampingProxy(
            turnkey.frame,
            api: base,
            environment: environment,
            namesDelegates: true,
            origins: AllowedOrigins(allowOrigin),
            rate: RequestRate(perSecond: requestsPerSecond)
        )
        var servers = RunningServers()
        for address in listen {
            try await servers.add(address, proxy, makeAssignment(address, table))
        }
        if let admin {
            let places = servers.placeholderPlaces
            let answers = DelegateAdmin(turnkey.frame, table, api: base, namesDelegates: true, listening: places)
            try await servers.add(answers, at: ListenAddress(admin: admin))
        }
        try servers.requireAllTaken()
        return servers
    }

    private func makeAssignment(_ address: ListenAddress, _ table: DelegateTable) -> DelegateAssignment {
        guard let name = address.delegate else { return .placeholders(table) }
        return .delegate(Delegate(name: name, session: session.session, sessionKey: nil))
    }
}

/// Reads an origin as browsers spell it: scheme and host in lower case, and a port unless it is the scheme's default.
@Sendable private func readOrigin(_ text: String) throws -> String {
    let parts = URLComponents(string: text)
    guard let scheme = parts?.scheme, ["http", "https"].contains(scheme), let host = parts?.host, !host.isEmpty,
        text == "\(scheme)://\(host)" + (parts?.port.map { ":\($0)" } ?? ""), text == text.lowercased()
    else { throw ValidationError("an origin is a scheme and a host, with a port at most: https://wallet.example") }
    return text
}

/// The addresses at which a proxy listens.
private struct ProxyPlaces: Renderable {
    let listening: [String]

    var lines: [String] { listening }
}
