// SPDX-License-Identifier: Apache-2.0
package import HummingbirdCore
import Logging
package import NIOCore
import NIOPosix

/// An HTTP/1.1 server at one loopback address or Unix socket.
package struct LoopbackServer: Sendable {
    /// Answers one request of a peer.
    package typealias Responder = @Sendable (Request, LoopbackPeer) async throws -> Response

    /// How long `stop` waits for answers that are being sent.
    private static let grace = Duration.seconds(1)
    /// How many connections may wait to be accepted.
    private static let backlog: CInt = 256
    /// Discards the framework's messages: the responder logs what a reader should know of a request.
    private static let logger = Logger(label: "LoopbackHTTP") { _ in SwiftLogNoOpLogHandler() }

    private let places: ConnectionPlaces
    private let tasks: ConnectionTasks
    private let opening: Task<any Channel, any Error>

    /// Begins to listen at an address.
    ///
    /// - Parameters:
    ///   - address: A loopback address.
    ///   - port: The port; 0 takes a free one.
    ///   - settings: The rules for connections.
    ///   - group: The event loops that serve connections; their owner keeps them running.
    ///   - respond: Answers each request.
    package init(
        at address: String,
        port: Int,
        _ settings: ConnectionSettings,
        on group: any EventLoopGroup = MultiThreadedEventLoopGroup.singleton,
        _ respond: @escaping Responder
    ) {
        self.init(at: .address(address, port: port), settings, on: group, respond)
    }

    /// Begins to listen at any place.
    package init(
        at place: LoopbackPlace,
        _ settings: ConnectionSettings,
        on group: any EventLoopGroup = MultiThreadedEventLoopGroup.singleton,
        _ respond: @escaping Responder
    ) {
        let (places, tasks) = (ConnectionPlaces(settings), ConnectionTasks())
        let channel = GatedChannel(inner: Self.makeChannel(places, respond), settings: settings, places: places)
        let bootstrap = ServerBootstrap(group: group)
            .serverChannelOption(.backlog, value: Self.backlog)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelOption(.allowRemoteHalfClosure, value: true)
            .childChannelInitializer { connection in
                channel.setUp(connection, Self.logger).map { value in
                    tasks.start { await channel.handle(value, Self.logger) }
                }
            }
        (self.places, self.tasks) = (places, tasks)
        opening = Task { try await Self.open(place, bootstrap).get() }
    }

    private static func makeChannel(_ places: ConnectionPlaces, _ respond: @escaping Responder) -> HTTP1Channel {
        let limits = HTTP1Channel.Configuration.DecoderConfiguration(
            maxHeaderFieldSize: StrictHead.limitBytes,
            maxHeaderListSize: StrictHead.limitBytes,
            maxHeaderFieldCount: StrictHead.maximumFieldCount
        )
        return HTTP1Channel(
            responder: { request, writer, channel in
                // The connection has lost its place and is closed.
                guard let peer = places.peer(of: channel) else { throw ChannelError.alreadyClosed }
                let response = try await respond(request, peer)
                try await writer.write(response: response.head, body: response.body)
            },
            configuration: .init(httpDecoderConfiguration: limits)
        )
    }

    private static func open(_ place: LoopbackPlace, _ bootstrap: ServerBootstrap) -> EventLoopFuture<any Channel> {
        switch place {
        case .address(let host, let port): bootstrap.bind(host: host, port: port)
        case .file(let path): bootstrap.bind(unixDomainSocketPath: path, cleanupExistingSocketFile: true)
        case .passed(let descriptor): bootstrap.withBoundSocket(descriptor)
        }
    }

    /// Waits until the server listens, and returns its port; 0 for a Unix socket.
    ///
    /// - Throws: The system's error; `CancellationError`.
    package func start() async throws -> Int {
        let listener = try await opening.value
        try Task.checkCancellation()
        return listener.localAddress?.port ?? 0
    }

    /// The address where the server listens; `nil` if it does not.
    package var address: SocketAddress? {
        get async { try? await opening.value.localAddress }
    }

    /// Stops listening, waits up to a second for answers that are being sent, and closes every connection.
    package func stop() async {
        // A server that never listened has nothing to stop.
        guard let listener = try? await opening.value else { return }
        try? await listener.close()
        places.end()
        let impatience = Task {
            try await Task.sleep(for: Self.grace)
            tasks.cancel()
            places.close()
        }
        await tasks.wait()
        impatience.cancel()
    }
}
