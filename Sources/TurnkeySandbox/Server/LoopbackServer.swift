// SPDX-License-Identifier: Apache-2.0
import Foundation
import HummingbirdCore
import Logging
import NIOCore
import NIOPosix

/// An HTTP/1.1 server on 127.0.0.1, from its start to its stop.
struct LoopbackServer: Sendable {
    /// How long requests that are being answered may hold up the end.
    private static let grace = Duration.seconds(1)

    private let server: Server<HTTP1Channel>
    private let port: UInt16
    private let ports: AsyncStream<Int>
    /// Not a child of the task that starts it: cancelling the framework while a connection is being accepted traps
    /// in NIO, so that the end must go by way of `shutdownGracefully` first, whoever is cancelled.
    private let serving: Task<Void, any Error>

    /// Begins to listen; `port` 0 takes a free one.
    init(_ responder: APIResponder, port: UInt16) {
        self.port = port
        let (ports, continuation) = AsyncStream.makeStream(of: Int.self)
        self.ports = ports
        let server = Server(
            childChannelSetup: HTTP1Channel { request, writer, _ in
                let response = try await responder.respond(to: request)
                try await writer.write(response: response.head, body: response.body)
            },
            configuration: ServerConfiguration(address: .hostname("127.0.0.1", port: Int(port))),
            onServerRunning: { channel in
                if let port = channel.localAddress?.port { continuation.yield(port) }
            },
            eventLoopGroup: MultiThreadedEventLoopGroup.singleton,
            // What a reader should know of a request is logged by who answers it.
            logger: Logger(label: "turnkey-sandbox") { _ in SwiftLogNoOpLogHandler() }
        )
        self.server = server
        serving = Task {
            defer { continuation.finish() }
            try await server.run()
        }
    }

    /// Waits until it listens, and answers the port.
    ///
    /// - Throws: `SandboxError.cannotListen` or `.stopped`; `CancellationError`.
    func start() async throws -> Int {
        if let port = await ports.first(where: { _ in true }) { return port }
        try Task.checkCancellation()
        do {
            try await serving.value
        } catch let error as IOError {
            throw SandboxError.cannotListen(port: port, reason: error.localizedDescription)
        }
        throw SandboxError.stopped
    }

    /// Stops listening, lets requests that are being answered end within the grace, and closes every connection.
    func stop() async {
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
