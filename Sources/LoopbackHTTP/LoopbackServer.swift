// SPDX-License-Identifier: Apache-2.0
package import HummingbirdCore
import Logging
package import NIOCore
import NIOPosix

/// HTTP/1.1 at one loopback address, from its start to its stop.
package struct LoopbackServer: Sendable {
    /// Answers one request that came in at this port.
    package typealias Responder = @Sendable (Request, _ port: Int) async throws -> Response

    /// How long an answer that is on its way may hold up the end.
    private static let grace = Duration.seconds(1)
    private static let headerLimitBytes = 1 << 14

    private let server: Server<GatedChannel>
    private let ports: AsyncStream<Int>
    /// Not a child of the task that starts it: cancelling the framework while a connection is being accepted traps
    /// in NIO, so that the end goes by way of `shutdownGracefully` first, whoever is cancelled.
    private let serving: Task<Void, any Error>

    /// Begins to listen; port 0 takes a free one. Connections run on `group`, which its owner keeps running.
    package init(
        at address: String,
        port: Int,
        _ manners: Manners,
        on group: any EventLoopGroup = MultiThreadedEventLoopGroup.singleton,
        _ respond: @escaping Responder
    ) {
        let (ports, continuation) = AsyncStream.makeStream(of: Int.self)
        self.ports = ports
        let server = Server(
            childChannelSetup: Self.makeChannel(manners, respond),
            configuration: ServerConfiguration(address: .hostname(address, port: port)),
            onServerRunning: { channel in
                if let port = channel.localAddress?.port { continuation.yield(port) }
            },
            eventLoopGroup: group,
            // What a reader should know of a request is logged by who answers it.
            logger: Logger(label: "LoopbackHTTP") { _ in SwiftLogNoOpLogHandler() }
        )
        self.server = server
        serving = Task {
            defer { continuation.finish() }
            try await server.run()
        }
    }

    private static func makeChannel(_ manners: Manners, _ respond: @escaping Responder) -> GatedChannel {
        let limits = HTTP1Channel.Configuration.DecoderConfiguration(
            maxHeaderFieldSize: headerLimitBytes,
            maxHeaderListSize: headerLimitBytes,
            maxHeaderFieldCount: 100
        )
        let channel = HTTP1Channel(
            responder: { request, writer, channel in
                let response = try await respond(request, channel.localAddress?.port ?? 0)
                try await writer.write(response: response.head, body: response.body)
            },
            configuration: .init(httpDecoderConfiguration: limits)
        )
        return GatedChannel(inner: channel, manners: manners, places: ConnectionPlaces(manners.places))
    }

    /// Waits until it listens, and answers the port.
    ///
    /// - Throws: the system's error; `CancellationError`.
    package func start() async throws -> Int {
        if let port = await ports.first(where: { _ in true }) { return port }
        try Task.checkCancellation()
        try await serving.value
        throw CancellationError()
    }

    /// Stops listening, lets answers that are on their way arrive within the grace, and closes every connection.
    package func stop() async {
        let impatience = Task {
            try await Task.sleep(for: Self.grace)
            serving.cancel()
        }
        // It throws only where the server was not running, which is what is wanted. A connection that was being accepted
        // is served on when this returns: only the serving's own end is the end.
        try? await server.shutdownGracefully()
        _ = await serving.result
        impatience.cancel()
    }
}
