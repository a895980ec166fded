// SPDX-License-Identifier: Apache-2.0
import Foundation
import LoopbackHTTP
import NIOCore
import StampClient

/// One port on this machine, and everything that listens at it.
///
/// A name such as `localhost` leads a browser to ::1 first. Where only 127.0.0.1 were taken, another user of the machine
/// could sit at ::1 and be asked instead: both are taken, or neither.
struct LoopbackDoor: Sendable {
    let port: Int
    private let servers: [LoopbackServer]

    /// Which addresses a door is at.
    enum Place {
        /// 127.0.0.1 and, where the machine has it, ::1, both at one random port.
        case localhost
        /// 127.0.0.1 alone, for an address that is spelled in digits.
        case ipv4
    }

    /// Opens at the first of `ports` that is free at every address; 0 is a random one.
    ///
    /// - Throws: `.cannotListen`, `.noCommonPort`, `.cancelled`.
    static func open(
        at place: Place,
        ports: [Int] = Array(repeating: 0, count: 16),
        _ respond: @escaping LoopbackServer.Responder
    ) async throws(LoginPageError) -> LoopbackDoor {
        for port in ports {
            guard let first = try await start("127.0.0.1", port, respond) else { continue }
            guard place == .localhost else { return LoopbackDoor(port: first.port, servers: [first.server]) }
            do throws(LoginPageError) {
                if let second = try await start("::1", first.port, respond) {
                    return LoopbackDoor(port: first.port, servers: [first.server, second.server])
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

    private init(port: Int, servers: [LoopbackServer?]) {
        self.port = port
        self.servers = servers.compactMap(\.self)
    }

    /// - Returns: `nil` where somebody else has the port; no server where this machine has no such address.
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
