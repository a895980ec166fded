// SPDX-License-Identifier: Apache-2.0
// Covers: Sources/LoopbackHTTP/StrictHead.swift
// Words: http
import LoopbackHTTP
import NIOCore
import NIOEmbedded
import NIOHTTP1

extension FuzzTarget {
    /// The bytes are what a client sends.
    static let requestHead = FuzzTarget(name: "request-head") { (bytes) throws(BrokenClaim) in
        let verdict = take(bytes)
        try claim("a head has one verdict", take(bytes) == verdict)
        if case .refused(let fault, _) = verdict {
            try claim("a refusal has words", !fault.message.isEmpty)
            try claim("a refusal blames the client", (400..<500).contains(fault.status))
        }
        let reference = ReferenceHead(bytes)
        guard case .whole(let count) = verdict else {
            return try claim("a head of the reference's is taken", reference == nil)
        }
        guard let reference else { throw BrokenClaim(claim: "what is no head is not taken") }
        try claim("a head ends at its empty line", count == reference.byteCount)
        try checkParser(Array(bytes[..<count]), reference)
    }

    private enum Verdict: Equatable {
        case whole(byteCount: Int)
        case refused(HeadFault, at: Int)
        case needsMore
    }

    private static func take(_ bytes: [UInt8]) -> Verdict {
        var head = StrictHead()
        for (index, byte) in bytes.enumerated() {
            do throws(HeadFault) { try head.take(byte) } catch { return .refused(error, at: index) }
            if head.isWhole { return .whole(byteCount: index + 1) }
        }
        return .needsMore
    }

    /// The parser that stands behind it understands the same, with the body that the head tells.
    private static func checkParser(_ head: [UInt8], _ reference: ReferenceHead) throws(BrokenClaim) {
        guard let method = reference.knownMethod else { return }
        var limits = NIOHTTPDecoderLimitConfiguration()
        limits.maxHeaderFieldSize = StrictHead.limitBytes
        limits.maxHeaderListSize = StrictHead.limitBytes
        limits.maxHeaderFieldCount = StrictHead.maximumFieldCount
        let decoder = HTTPRequestDecoder(informationalResponseStrategy: .drop, limitConfiguration: limits)
        let channel = EmbeddedChannel(handler: ByteToMessageHandler(decoder))
        var parts: [HTTPServerRequestPart] = []
        do {
            let body = [UInt8](repeating: 0x30, count: min(reference.length, 4096))
            try channel.writeInbound(ByteBuffer(bytes: head + body))
            while let part = try channel.readInbound(as: HTTPServerRequestPart.self) { parts.append(part) }
            _ = try? channel.finish()
        } catch { throw BrokenClaim(claim: "the parser takes what is taken: \(error)") }
        guard case .head(let read) = parts.first else { throw BrokenClaim(claim: "the parser reads one head") }
        try claim("the method is the reference's", read.method == method)
        try claim("the target is the reference's", read.uri == reference.target)
        try claim("the fields are the reference's", read.headers.map(\.name) == reference.names)
        let isEnded = parts.contains { if case .end = $0 { true } else { false } }
        try claim("the body is as long as it is told", isEnded == (reference.length <= 4096))
        let heads = parts.filter { if case .head = $0 { true } else { false } }
        try claim("there is one request", heads.count == 1)
    }
}

/// A request's head by another way: the whole text, cut at its lines.
private struct ReferenceHead {
    let byteCount: Int
    let target: String
    let names: [String]
    let length: Int
    private let method: String

    /// Nil unless the bytes begin with a head that has one reading.
    init?(_ bytes: [UInt8]) {
        let mark = Array("\r\n\r\n".utf8)
        let head = Array(bytes.prefix(StrictHead.limitBytes))
        guard let end = head.indices.first(where: { head[$0...].starts(with: mark) }) else { return nil }
        byteCount = end + mark.count
        let lines = head[..<(end + 2)].split(separator: 0x0A, omittingEmptySubsequences: false).dropLast()
        guard lines.allSatisfy({ $0.last == 0x0D && $0.dropLast().allSatisfy(Self.isText) }) else { return nil }
        let words = lines[0].dropLast().split(separator: 0x20, omittingEmptySubsequences: false)
        guard words.count == 3, Self.isToken(words[0]), words[2].elementsEqual("HTTP/1.1".utf8),
            words[1].first == UInt8(ascii: "/"), words[1].allSatisfy({ 0x20 < $0 && $0 < 0x7F })
        else { return nil }
        (method, target) = (String(decoding: words[0], as: UTF8.self), String(decoding: words[1], as: UTF8.self))
        let fields = lines.dropFirst().map {
            $0.dropLast().split(separator: UInt8(ascii: ":"), maxSplits: 1, omittingEmptySubsequences: false)
        }
        guard fields.allSatisfy({ $0.count == 2 && Self.isToken($0[0]) }),
            fields.count <= StrictHead.maximumFieldCount
        else { return nil }
        names = fields.map { String(decoding: $0[0], as: UTF8.self) }
        let lowerCase = names.map { $0.lowercased() }
        let lengths = zip(lowerCase, fields).filter { $0.0 == "content-length" }.map { $0.1[1].drop { $0 == 0x20 } }
        guard lengths.allSatisfy({ (1...9).contains($0.count) && $0.allSatisfy { (0x30...0x39).contains($0) } }),
            lengths.count <= 1, lowerCase.filter({ $0 == "host" }).count == 1, !lowerCase.contains("transfer-encoding")
        else { return nil }
        length = lengths.first.flatMap { Int(String(decoding: $0, as: UTF8.self)) } ?? 0
    }

    /// Nil for one that the parser does not know.
    var knownMethod: HTTPMethod? {
        ["GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS"].contains(method)
            ? HTTPMethod(rawValue: method) : nil
    }

    private static func isText(_ byte: UInt8) -> Bool { byte == 0x09 || (byte >= 0x20 && byte != 0x7F) }

    private static func isToken(_ text: ArraySlice<UInt8>) -> Bool {
        !text.isEmpty && text.allSatisfy { Self.tokenBytes.contains($0) }
    }

    private static let tokenBytes = Array(
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789!#$%&'*+-.^_`|~".utf8
    )
}
