// SPDX-License-Identifier: Apache-2.0
package import NIOCore

/// Splits received bytes at NULs into replies.
package struct ReplyDecoder: ByteToMessageDecoder {
    /// A reply without its NUL.
    package typealias InboundOut = ByteBuffer

    /// The longest reply: 4 MiB, where 64 sessions take about 30 KiB. A frame that sends more without a NUL is
    /// disconnected.
    package static let maximumReplyBytes = 1 << 22

    /// How many bytes of the buffer were already searched for a NUL, so that a reply that arrives byte by byte is not
    /// searched again and again.
    private var searchedBytes = 0

    /// Creates a decoder.
    package init() {}

    /// Takes the next whole reply from the buffer.
    ///
    /// - Throws: If a reply is too long.
    package mutating func decode(context: ChannelHandlerContext, buffer: inout ByteBuffer) throws -> DecodingState {
        let unsearched = buffer.readableBytesView.dropFirst(searchedBytes)
        guard let end = unsearched.firstIndex(of: 0) else {
            searchedBytes = buffer.readableBytes
            return .needMoreData
        }
        searchedBytes = 0
        guard let reply = buffer.readSlice(length: end - buffer.readerIndex) else { return .needMoreData }
        buffer.moveReaderIndex(forwardBy: 1)
        context.fireChannelRead(wrapInboundOut(reply))
        return .continue
    }

    /// Drops what has no NUL when the connection ends: it is not a whole reply.
    package mutating func decodeLast(
        context: ChannelHandlerContext,
        buffer: inout ByteBuffer,
        seenEOF: Bool
    ) throws -> DecodingState {
        try decode(context: context, buffer: &buffer)
    }
}
