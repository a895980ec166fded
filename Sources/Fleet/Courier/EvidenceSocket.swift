// SPDX-License-Identifier: Apache-2.0
import Glibc
import NIOCore
import NIOPosix
import Printing
import StampClient

/// The socket of the evidence helper, which vouches for a frame's card with its host's key: it sends one card envelope to each
/// program that connects.
package struct EvidenceSocket: Sendable {
    package let path: String

    /// How long the helper may take. It runs ssh-keygen: a fraction of a second, more on a machine that starts everything at
    /// once.
    private static let patience = TimeAmount.seconds(20)
    /// How many pieces may wait to be read: an envelope comes in one or two.
    private static let pieceLimit = 64

    package init(path: String) {
        self.path = path
    }

    /// Reads the card envelope with its evidence.
    ///
    /// - Throws: where no helper answers in time, or its answer is not an envelope with evidence.
    package func read() async throws(EvidenceFault) -> CardEnvelope {
        let bytes: [UInt8]
        do { bytes = try await readBytes() } catch {
            guard let failure = error as? IOError else { throw EvidenceFault(reason: "\(error)") }
            throw EvidenceFault(reason: unsafe String(cString: strerror(failure.errnoCode)))
        }
        let envelope: CardEnvelope
        do throws(DocumentFault) { envelope = try CardEnvelope(reading: bytes) } catch {
            throw EvidenceFault(reason: "what it sends \(error.message)")
        }
        guard envelope.evidence != nil else { throw EvidenceFault(reason: "it sends none") }
        return envelope
    }

    private func readBytes() async throws -> [UInt8] {
        let (pieces, sink) = AsyncStream.makeStream(
            of: ByteBuffer.self,
            bufferingPolicy: .bufferingOldest(Self.pieceLimit)
        )
        let channel = try await ClientBootstrap(group: try EventLoops.group())
            .connectTimeout(Self.patience)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(PieceHandler(sink: sink))
                }
            }
            .connect(unixDomainSocketPath: path).get()
        let end = channel.eventLoop.scheduleTask(in: Self.patience) { channel.close(promise: nil) }
        defer {
            end.cancel()
            channel.close(promise: nil)
        }
        var bytes: [UInt8] = []
        for await piece in pieces {
            bytes += piece.readableBytesView
            guard bytes.count <= CarriedDocument.limitBytes else { break }
        }
        return bytes
    }

    private final class PieceHandler: ChannelInboundHandler, Sendable {
        typealias InboundIn = ByteBuffer

        private let sink: AsyncStream<ByteBuffer>.Continuation

        init(sink: AsyncStream<ByteBuffer>.Continuation) {
            self.sink = sink
        }

        /// Closes the connection where pieces come faster than they are read: they are more than an envelope.
        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            if case .dropped = sink.yield(unwrapInboundIn(data)) { context.close(promise: nil) }
        }

        func channelInactive(context: ChannelHandlerContext) { sink.finish() }

        func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
    }
}

/// Why a card has no evidence.
package struct EvidenceFault: Error, Equatable {
    /// In words.
    package let reason: String
}
