// SPDX-License-Identifier: Apache-2.0
import Foundation
import NIOCore

/// One port on this machine, and everything that listens at it.
///
/// A name such as `localhost` leads a browser to ::1 first. Where only 127.0.0.1 were taken, another user of the machine
/// could sit at ::1 and be asked instead: both are taken, or neither.
struct LoopbackDoor: Sendable {
    let port: Int
    private let servers: [LoopbackServer]

    private static let attempts = 16

    /// Which addresses a door is at.
    enum Place {
        /// 127.0.0.1 and, where the machine has it, ::1, both at one random port.
        case localhost
        /// 127.0.0.1 alone, for an address that is spelled in digits.
        case ipv4
    }

    /// - Throws: `.cannotListen`, `.noCommonPort`, `.cancelled`.
    static func open(
        at place: Place,
        _ respond: @escaping LoopbackServer.Responder
    ) async throws(LoginPageError) -> LoopbackDoor {
        for _ in 0..<attempts {
            let first = LoopbackServer(at: "127.0.0.1", port: 0, respond)
            let port = try await start(first)
            guard place == .localhost else { return LoopbackDoor(port: port, servers: [first]) }
            let second = LoopbackServer(at: "::1", port: port, respond)
            do {
                _ = try await second.start()
                return LoopbackDoor(port: port, servers: [first, second])
            } catch let error as IOError where [EADDRNOTAVAIL, EAFNOSUPPORT].contains(error.errnoCode) {
                return LoopbackDoor(port: port, servers: [first])
            } catch let error as IOError where error.errnoCode == EADDRINUSE {
                await first.stop()
            } catch {
                await first.stop()
                throw readFailure(error)
            }
        }
        throw .noCommonPort(attempts: attempts)
    }

    func close() async {
        for server in servers { await server.stop() }
    }

    private static func start(_ server: LoopbackServer) async throws(LoginPageError) -> Int {
        do {
            return try await server.start()
        } catch {
            await server.stop()
            throw readFailure(error)
        }
    }

    private static func readFailure(_ error: any Error) -> LoginPageError {
        switch error {
        case is CancellationError: .cancelled
        case let error as IOError: .cannotListen(reason: error.localizedDescription)
        default: .cannotListen(reason: String(describing: type(of: error)))
        }
    }
}
