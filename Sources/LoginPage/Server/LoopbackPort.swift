// SPDX-License-Identifier: Apache-2.0
import Foundation
import LoopbackHTTP
import NIOCore
import StampClient

/// One port on this machine, and the servers that listen at it.
///
/// Browsers resolve a name such as `localhost` to ::1 first. If only 127.0.0.1 were taken, another user of the machine
/// could listen at ::1 and get the requests. So both addresses are taken, or neither.
struct LoopbackPort: Sendable {
    let number: Int
    private let servers: [LoopbackServer]

    /// The addresses of a port.
    enum Place {
        /// 127.0.0.1 and, if the machine has it, ::1, both at one random port.
        case localhost
        /// 127.0.0.1 alone, for URLs with a numeric address.
        case ipv4
    }

    /// Listens at the first of `ports` that is free at every address; 0 stands for a random one.
    ///
    /// - Throws: `.cannotListen`, `.noCommonPort`, `.cancelled`.
    static func open(
        at place: Place,
        ports: [Int] = Array(repeating: 0, count: 16),
        _ respond: @escaping LoopbackServer.Responder
    ) async throws(LoginPageError) -> LoopbackPort {
        for port in ports {
            guard let first = try await start("127.0.0.1", port, respond) else { continue }
            guard place == .localhost else { return LoopbackPort(number: first.port, servers: [first.server]) }
            do throws(LoginPageError) {
                if let second = try await start("::1", first.port, respond) {
                    return LoopbackPort(number: first.port, servers: [first.server, second.server])
                }
            } catch {
                await first.server?.stop()
                throw error
            }
            await first.server?.stop()
        }
        throw .noCommonPort(attempts: ports.count)
    }

    func close() async {
        for server in servers { await server.stop() }
    }

    private init(number: Int, servers: [LoopbackServer?]) {
        self.number = number
        self.servers = servers.compactMap(\.self)
    }

    /// Starts a server at one address.
    ///
    /// - Returns: `nil` if the port is taken; a result without a server if this machine has no such address.
    private static func start(
        _ address: String,
        _ port: Int,
        _ respond: @escaping LoopbackServer.Responder
    ) async throws(LoginPageError) -> (server: LoopbackServer?, port: Int)? {
        let group: any EventLoopGroup
        do throws(SystemShortage) { group = try EventLoops.group() } catch {
            throw .cannotListen(reason: error.message, hint: error.hint)
        }
        let server = LoopbackServer(at: address, port: port, .page, on: group, respond)
        do {
            return (server, try await server.start())
        } catch {
            await server.stop()
            switch error {
            case let error as IOError where error.errnoCode == EADDRINUSE: return nil
            case let error as IOError
            where address == "::1" && [EADDRNOTAVAIL, EAFNOSUPPORT].contains(error.errnoCode):
                return (nil, port)
            case let error as IOError: throw .cannotListen(reason: error.localizedDescription)
            case is CancellationError: throw .cancelled
            default: throw .cannotListen(reason: String(describing: type(of: error)))
            }
        }
    }
}
