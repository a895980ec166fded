// SPDX-License-Identifier: Apache-2.0
import Glibc
import NIOCore
import NIOPosix

/// Connects to one of a frame's sockets, and checks who listens there before a byte is sent.
struct Dialer: Sendable {
    let address: FrameAddress
    let socket: SocketName
    /// How long to keep trying while the frame's queue of new connections is full.
    let deadline: Duration

    /// Connects.
    ///
    /// - Throws: `.noFrame`, `.notPermitted`, `.unusablePath`, `.untrustedDirectory`, `.untrustedListener`.
    func dial() async throws(StampError) -> Link {
        let path = try address.socketPath(socket)
        try address.checkDirectory()
        let link = try await connect(path)
        do throws(StampError) {
            try await address.checkListener(of: link.channel, path: path)
        } catch {
            link.channel.close(promise: nil)
            throw error
        }
        return link
    }

    /// Calls connect(2), which without blocking does not wait for a place in a Unix socket's queue: it answers EAGAIN.
    private func connect(_ path: String) async throws(StampError) -> Link {
        let end = ContinuousClock.now + deadline
        while true {
            do {
                return try await connectOnce(path)
            } catch let error as IOError where error.errnoCode == EAGAIN && ContinuousClock.now < end {
                // A cancelled task does not sleep: it would try again without a pause.
                guard (try? await Task.sleep(for: .milliseconds(10), clock: .continuous)) != nil else {
                    throw Self.readFailure(error, path: path)
                }
            } catch {
                throw Self.readFailure(error, path: path)
            }
        }
    }

    private func connectOnce(_ path: String) async throws -> Link {
        let (replies, sink) = AsyncStream.makeStream(of: ByteBuffer.self)
        let bootstrap = ClientBootstrap(group: try EventLoops.group()).channelInitializer { channel in
            channel.eventLoop.makeCompletedFuture {
                let decoder = ByteToMessageHandler(
                    ReplyDecoder(),
                    maximumBufferSize: ReplyDecoder.maximumReplyBytes
                )
                try channel.pipeline.syncOperations.addHandlers(decoder, ReplyHandler(sink: sink))
            }
        }
        let channel = try await bootstrap.connect(unixDomainSocketPath: path).get()
        return Link(channel: channel, replies: replies)
    }

    private static func readFailure(_ error: any Error, path: String) -> StampError {
        if let shortage = error as? SystemShortage {
            return .cannotStart(reason: shortage.message, hint: shortage.hint)
        }
        guard let failure = error as? IOError else { return .noFrame(path: path, reason: String(describing: error)) }
        guard failure.errnoCode != EACCES, failure.errnoCode != EPERM else { return .notPermitted(path: path) }
        return .noFrame(path: path, reason: unsafe String(cString: strerror(failure.errnoCode)))
    }
}
