// SPDX-License-Identifier: Apache-2.0
// Covers: Sources/StampClient/Connection/ReplyDecoder.swift Sources/StampClient/Calls/ReplyMessage.swift Sources/StampClient/Calls/ErrorName+StampError.swift
// Words: reply
import NIOCore
import NIOEmbedded
import StampClient
import Varlink

extension FuzzTarget {
    /// The first byte says how the others arrive; they are what a frame sends.
    static let reply = FuzzTarget(name: "reply") { (bytes) throws(BrokenClaim) in
        let stream = Array(bytes.dropFirst())
        let messages = try decode(stream, by: 1 + Int(bytes.first ?? 0))
        let wanted = stream.split(separator: 0, omittingEmptySubsequences: false).dropLast().map { Array($0) }
        try claim("replies end at each NUL", messages.map { Array($0.readableBytesView) } == wanted)
        for (message, bytes) in zip(messages, wanted).prefix(8) {
            try check(message, ReferenceJSON(bytes, maximumDepth: StrictJSON.maximumDepth))
        }
    }

    private static func decode(_ stream: [UInt8], by step: Int) throws(BrokenClaim) -> [ByteBuffer] {
        let handler = ByteToMessageHandler(ReplyDecoder(), maximumBufferSize: ReplyDecoder.maximumReplyBytes)
        let channel = EmbeddedChannel(handler: handler)
        var messages: [ByteBuffer] = []
        do {
            for start in stride(from: 0, to: stream.count, by: step) {
                try channel.writeInbound(ByteBuffer(bytes: stream[start..<min(start + step, stream.count)]))
                while let message = try channel.readInbound(as: ByteBuffer.self) { messages.append(message) }
            }
            let isClean = try channel.finish().isClean
            try claim("what lacks its NUL is no reply", isClean)
        } catch let error as BrokenClaim { throw error } catch {
            throw BrokenClaim(claim: "replies are decoded: \(error)")
        }
        return messages
    }

    private struct Text: Decodable, Equatable {
        let stamp: String?
    }

    private static func check(_ message: ByteBuffer, _ reference: ReferenceJSON?) throws(BrokenClaim) {
        let reply: ReplyMessage
        do throws(StampError) { reply = try ReplyMessage(message) } catch {
            try claim("only the protocol is broken by a reply's form", error.isOfProtocol)
            return try claim("a reply of the reference's is read", reference?.isReply != true)
        }
        guard let reference, reference.isReply else { throw BrokenClaim(claim: "what is no reply is refused") }
        try claim("the reference's replies go on", reply.continues == (reference["continues"] == .bool(true)))
        let isError = reference["error"].map { $0 != .null } ?? false
        var nothing: StampError?
        do throws(StampError) { try reply.readNothing() } catch { nothing = error }
        try claim("an error is one", (nothing != nil) == isError)
        let text: Text?
        do throws(StampError) { text = try reply.read(Text.self) } catch { text = nil }
        try claim("an answer is one where the reference has one", (text != nil) == (!isError && reference.isTextReply))
        let stamp = text?.stamp.map { Array($0.utf8) }
        try claim("a text is the reference's", text == nil || stamp == reference["parameters"]?["stamp"]?.utf8)
        guard let nothing, let name = reference["error"]?.utf8 else { return }
        let isKnown = ErrorName.allCases.contains { Array($0.rawValue.utf8) == name }
        try claim("an error that is not known breaks the protocol", isKnown || nothing.isOfProtocol)
        try claim("an error has words", !nothing.message.isEmpty && !nothing.description.isEmpty)
    }
}

extension StampError {
    fileprivate var isOfProtocol: Bool { if case .protocolViolation = self { true } else { false } }
}

extension ReferenceJSON {
    /// `{"error": ?string, "continues": ?bool}`, and whatever else.
    fileprivate var isReply: Bool {
        guard case .object = self else { return false }
        let isName = self["error"].map { $0 == .null || $0.utf8 != nil } ?? true
        return isName && [nil, .null, .bool(true), .bool(false)].contains(self["continues"])
    }

    /// `{"parameters": {"stamp": ?string}}`.
    fileprivate var isTextReply: Bool {
        guard case .object? = self["parameters"] else { return false }
        return self["parameters"]?["stamp"].map { $0 == .null || $0.utf8 != nil } ?? true
    }
}
