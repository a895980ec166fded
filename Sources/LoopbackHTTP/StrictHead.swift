// SPDX-License-Identifier: Apache-2.0

/// Checks the bytes of one request's head before a more lenient parser reads them (RFC 9112 §2.2, §3, §5, §6).
///
/// It accepts one spelling: lines end in CR LF, the target begins with a slash, the version is HTTP/1.1, no field is
/// folded, `Host` occurs once, and the body's length is given once, as `Content-Length`.
package struct StrictHead {
    /// The longest head: 16 KiB.
    package static let limitBytes = 1 << 14
    /// The most fields. The parser behind would close the connection without an answer at one more.
    package static let maximumFieldCount = 100

    private var line: [UInt8] = []
    private var byteCount = 0
    private var hasRequestLine = false
    private var fields = 0
    private var hosts = 0
    private var lengths = 0
    private var isCoded = false
    /// Whether the empty line behind the last field has come.
    package private(set) var isWhole = false

    /// Starts at the head's first byte.
    package init() {}

    /// Takes the next byte of the head. Must not be called once `isWhole` is true.
    ///
    /// - Throws: `HeadFault`, the first fault found.
    package mutating func take(_ byte: UInt8) throws(HeadFault) {
        byteCount += 1
        guard byteCount <= Self.limitBytes else { throw .tooLong }
        if line.last == Character.carriageReturn {
            guard byte == Character.lineFeed else { throw .bareCarriageReturn }
            line.removeLast()
            try endLine()
            line.removeAll(keepingCapacity: true)
            return
        }
        guard byte != Character.lineFeed else { throw .bareLineFeed }
        guard byte == Character.carriageReturn || byte == Character.tab || (byte >= 0x20 && byte != 0x7F) else {
            throw .controlCharacter
        }
        line.append(byte)
    }

    private mutating func endLine() throws(HeadFault) {
        if !hasRequestLine {
            try checkRequestLine()
            hasRequestLine = true
        } else if line.isEmpty {
            try checkFraming()
            isWhole = true
        } else {
            try readField()
        }
    }

    private func checkRequestLine() throws(HeadFault) {
        let parts = line.split(separator: Character.space, omittingEmptySubsequences: false)
        guard parts.count == 3, !parts[0].isEmpty, parts[0].allSatisfy(Self.isTokenByte),
            parts[1].allSatisfy({ (0x21...0x7E).contains($0) }), parts[2].elementsEqual("HTTP/1.1".utf8)
        else { throw .requestLine }
        guard parts[1].first == UInt8(ascii: "/") else { throw .target }
    }

    private mutating func readField() throws(HeadFault) {
        fields += 1
        guard fields <= Self.maximumFieldCount else { throw .tooManyFields }
        guard line[0] != Character.space, line[0] != Character.tab else { throw .foldedField }
        guard let colon = line.firstIndex(of: UInt8(ascii: ":")), colon > 0,
            line[..<colon].allSatisfy(Self.isTokenByte)
        else { throw .field }
        switch String(decoding: line[..<colon], as: UTF8.self).lowercased() {
        case "host": hosts += 1
        case "content-length":
            lengths += 1
            let value = line[(colon + 1)...].drop { $0 == Character.space }
            guard (1...9).contains(value.count), value.allSatisfy({ (0x30...0x39).contains($0) }) else {
                throw .length
            }
        case "transfer-encoding": isCoded = true
        default: break
        }
    }

    private func checkFraming() throws(HeadFault) {
        guard hosts == 1 else { throw .host }
        guard lengths <= 1, !(isCoded && lengths > 0) else { throw .twoLengths }
        guard !isCoded else { throw .noLength }
    }

    /// Whether the byte may occur in a token (RFC 9110 §5.6.2).
    private static func isTokenByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        default: "!#$%&'*+-.^_`|~".utf8.contains(byte)
        }
    }

    private enum Character {
        static let tab: UInt8 = 0x09
        static let lineFeed: UInt8 = 0x0A
        static let carriageReturn: UInt8 = 0x0D
        static let space: UInt8 = 0x20
    }
}

/// The reasons to refuse the head of a request.
package enum HeadFault: String, Error, Hashable {
    case tooLong = "the head is longer than 16 KiB"
    case bareCarriageReturn = "a carriage return without a line feed"
    case bareLineFeed = "a line feed without a carriage return"
    case controlCharacter = "a control character in the head"
    case requestLine = "the request line is not METHOD /PATH HTTP/1.1"
    case target = "the target is not a path"
    case foldedField = "a folded header field"
    case field = "a header field without a name"
    case tooManyFields = "more than 100 header fields"
    case length = "Content-Length is not a number of up to nine digits"
    case host = "Host does not stand exactly once"
    case twoLengths = "the length of the body is told twice"
    case noLength = "the body has no Content-Length"
    case tooManyConnections = "too many connections of this user, or in all"

    /// The reason in words.
    package var message: String { rawValue }

    /// The status of the answer (RFC 9110 §15.5.1, §15.5.12, RFC 6585 §4).
    package var status: Int {
        switch self {
        case .noLength: 411
        case .tooManyConnections: 429
        default: 400
        }
    }
}
