// SPDX-License-Identifier: Apache-2.0
import Foundation
import Glibc
import LoopbackHTTP
import StampClient
import StampingProxy
import TurnkeyClient

/// The placeholder pair of one program, and the proxy that accepts its stamps.
struct ServedPair {
    let pair: CreatedDelegate
    let baseURL: String
    /// The servers of a proxy in this process; none for a running proxy.
    let servers: RunningServers

    private static let unenforced = "stampctl: paths are not enforced: the proxy and the program are one user"

    /// Makes a pair at the proxy that runs beside the frame's sockets, if there is one that this user may ask.
    ///
    /// - Returns: `nil` if there is none, or if it refuses, which is printed to standard error.
    /// - Throws: `Failure` if there is no session; with `isRequired`, also instead of returning `nil`.
    static func find(
        _ wanted: DelegateRequest.Create,
        beside address: FrameAddress,
        isRequired: Bool
    ) async throws -> ServedPair? {
        let path = "\(address.directory)/proxy-admin.sock"
        do {
            try address.checkDirectory()
            let pair = try await DelegateClient(path: path).create(wanted)
            guard let baseURL = pair.listening.first(where: { $0.hasPrefix("http:") }) else {
                throw DelegateClientError.refused(message: "the proxy listens at no port", isOver: false)
            }
            if isOwn(path) { StandardError.write(unenforced) }
            return ServedPair(pair: pair, baseURL: baseURL, servers: RunningServers())
        } catch let error as DelegateClientError {
            guard case .refused(let message, let isOver) = error else {
                if isRequired { throw Failure(error) }
                return nil
            }
            if isRequired || isOver { throw Failure(error) }
            StandardError.write("stampctl: \(message)")
            return nil
        } catch let error as StampError {
            if isRequired { throw error }
            return nil
        }
    }

    /// Makes a pair at a proxy of this process. The frame is asked by a client that only accepts the key to which the
    /// pair is bound.
    static func make(
        _ wanted: DelegateRequest.Create,
        _ frame: StampClient,
        _ api: APIBaseURL
    ) async throws -> ServedPair {
        let table = DelegateTable(names: [wanted.name])
        let environment = ProcessInfo.processInfo.environment
        let proxy = StampingProxy(frame, api: api, environment: environment, namesDelegates: false)
        var servers = RunningServers()
        try await servers.add(.loopback(port: 0), proxy, .placeholders(table))
        let places = servers.placeholderPlaces
        let admin = DelegateAdmin(frame, table, api: api, namesDelegates: false, listening: places)
        do throws(ProxyRefusal) {
            let pair = try await admin.create(
                wanted,
                asked: LoopbackPeer(port: 0, user: .user(geteuid()), processId: getpid())
            )
            StandardError.write(unenforced)
            return ServedPair(pair: pair, baseURL: places[0], servers: servers)
        } catch {
            await servers.stop()
            if case .frame(let error) = error { throw error }
            throw Failure(error.message, status: .never)
        }
    }

    /// Whether the proxy that made this socket runs as this process's user.
    private static func isOwn(_ path: String) -> Bool {
        var status = stat()
        return unsafe stat(path, &status) == 0 && status.st_uid == geteuid()
    }
}
