// SPDX-License-Identifier: Apache-2.0
import NIOCore

/// Cuts what arrives at its NUL bytes: each message is the bytes of one reply, without its NUL.
struct ReplyDecoder: ByteToMessageDecoder {
    typealias InboundOut = ByteBuffer

    /// More than any reply needs: 64 sessions are about 30 KiB. A frame that sends more without a NUL is cut off.
    static let maximumReplyBytes = 1 << 22

    /// How much of the buffer is known to hold no NUL, so that a reply of single bytes is not read over and over.
    private var searchedBytes = 0

    mutating func decode(context: ChannelHandlerContext, buffer: inout ByteBuffer) throws -> DecodingState {
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

    /// What lacks its NUL when the frame goes away is no reply.
    mutating func decodeLast(
        context: ChannelHandlerContext,
        buffer: inout ByteBuffer,
        seenEOF: Bool
    ) throws -> DecodingState {
        try decode(context: context, buffer: &buffer)
    }
}
