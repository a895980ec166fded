// SPDX-License-Identifier: Apache-2.0
import Foundation
import LoopbackHTTP
import NIOCore
import StampingProxy

/// Servers that listen, each with the address for clients.
struct RunningServers {
    private(set) var places: [String] = []
    /// The addresses where requests carry the stamp of a placeholder.
    private(set) var placeholderPlaces: [String] = []
    private var servers: [LoopbackServer] = []
    private var passed = PassedSockets(ProcessInfo.processInfo.environment)

    /// Starts to listen for requests that `assignment` assigns to delegates.
    mutating func add(_ address: ListenAddress, _ proxy: StampingProxy, _ assignment: DelegateAssignment) async throws {
        let (own, ofPassed): (Audience, Audience) =
            switch assignment {
            case .placeholders(let table): (.users(table.serves), .users(table.serves))
            case .delegate: (.users(Audience.isOwn), .admittedByFile)
            }
        let started = try await start(at: address, for: own, ofPassed) { proxy.listen(at: $0, for: $1, assignment) }
        if address.takesPlaceholders { placeholderPlaces += started }
    }

    /// Starts the admin socket.
    mutating func add(_ admin: DelegateAdmin, at address: ListenAddress) async throws {
        _ = try await start(at: address, for: .users(Audience.isOwn), .admittedByFile) { place, audience in
            admin.listen(at: place, for: audience)
        }
    }

    /// Starts a server. `own` are the users whom this process's own sockets serve, `ofPassed` those of a service
    /// manager's.
    private mutating func start(
        at address: ListenAddress,
        for own: Audience,
        _ ofPassed: Audience,
        _ listen: (LoopbackPlace, Audience) -> LoopbackServer
    ) async throws -> [String] {
        let found: [LoopbackServer] =
            switch address {
            case .unix(let path, _): [listen(.file(path: path), own)]
            case .loopback(let port): [listen(.address("127.0.0.1", port: port), own)]
            case .passed(let name, _): try passed.take(name).map { listen(.passed(descriptor: $0), ofPassed) }
            }
        servers += found
        var started: [String] = []
        for server in found {
            do { _ = try await server.start() } catch let error as IOError {
                throw Failure("cannot listen: \(describe(error.errnoCode))", status: .unavailable)
            }
            started.append(try Self.name(await server.address, takesPlaceholders: address.takesPlaceholders))
        }
        places += started
        return started
    }

    private static func name(_ address: SocketAddress?, takesPlaceholders: Bool) throws(Failure) -> String {
        if let path = address?.pathname { return "unix:\(path)" }
        guard takesPlaceholders, address?.ipAddress == "127.0.0.1", let port = address?.port else {
            throw Failure(
                "a socket that was passed is neither a Unix socket nor one at 127.0.0.1 that takes placeholders",
                status: .wrongUsage
            )
        }
        return "http://127.0.0.1:\(port)"
    }

    /// Checks that every passed socket is used.
    ///
    /// - Throws: `Failure` otherwise.
    func requireAllTaken() throws(Failure) {
        guard let name = passed.names.first else { return }
        throw Failure(
            "a socket named '\(name)' was passed that nothing listens at",
            hint: "--listen fd:NAME, --listen fd:NAME=DELEGATE or --admin fd:NAME",
            status: .wrongUsage
        )
    }

    func stop() async {
        for server in servers { await server.stop() }
    }
}
