// SPDX-License-Identifier: Apache-2.0
// Covers: Sources/Varlink/Protocol/Call.swift Sources/Varlink/Protocol/CallError.swift Sources/Varlink/Protocol/CallMembers.swift Sources/Varlink/Protocol/Echo.swift Sources/Varlink/Protocol/MessageScanner.swift Sources/Varlink/Protocol/Method.swift Sources/Varlink/Protocol/ParameterTokens.swift Sources/Varlink/Protocol/Parameters.swift
// Words: message
import Varlink

extension FuzzTarget {
    /// The first byte says how the others arrive, and how long a message may be; they are what a peer sends.
    static let message = FuzzTarget(name: "message") { (bytes) throws(BrokenClaim) in
        let manner = Int(bytes.first ?? 0)
        let stream = Array(bytes.dropFirst())
        let limit = manner & 3 == 0 ? 64 + manner : MessageScanner.defaultLimitBytes
        var wanted: [[UInt8]] = []
        var isTooLarge = false
        let pieces = stream.split(separator: 0, omittingEmptySubsequences: false)
        for (index, piece) in pieces.enumerated() where !isTooLarge {
            isTooLarge = piece.count > limit
            if !isTooLarge, index < pieces.count - 1 { wanted.append(Array(piece)) }
        }
        let found = try scan(stream, by: 1 + manner >> 2, limit)
        try claim("messages end at each NUL", found.messages == wanted)
        try claim("a message is too large, or none is", found.isTooLarge == isTooLarge)
        for message in found.messages.prefix(8) { try check(message) }
    }

    private static func scan(
        _ stream: [UInt8],
        by step: Int,
        _ limit: Int
    ) throws(BrokenClaim) -> (messages: [[UInt8]], isTooLarge: Bool) {
        var (scanner, buffer): (MessageScanner, [UInt8]) = (MessageScanner(limitBytes: limit), [])
        var messages: [[UInt8]] = []
        for start in stride(from: 0, to: stream.count, by: step) {
            buffer += stream[start..<min(start + step, stream.count)]
            reading: while true {
                switch scanner.next(in: buffer.span) {
                case .tooLarge: return (messages, true)
                case .needsMore: break reading
                case .message(let range):
                    scanner.putBack(range)
                    try claim("what is put back comes again", scanner.next(in: buffer.span) == .message(range))
                    messages.append(Array(buffer[range]))
                }
            }
            let pending = scanner.pendingByteCount(in: buffer.span)
            buffer.removeFirst(scanner.takeConsumedByteCount())
            try claim("what is left belongs to no message yet", buffer.count == pending && !buffer.contains(0))
        }
        return (messages, false)
    }

    private static func check(_ message: [UInt8]) throws(BrokenClaim) {
        let reference = ReferenceJSON(message)
        let call: Call
        do throws(CallError) { call = try Call(message.span) } catch {
            var isObject = false
            if case .object? = reference { isObject = true }
            var isOfJSON = false
            if case .json = error { isOfJSON = true }
            try claim("only what is no object is refused as JSON", isOfJSON == !isObject)
            try claim("an error has words", !error.message.isEmpty)
            return try claim("what is a call to the reference is read", reference?.isCall != true)
        }
        guard let reference, reference.isCall else { throw BrokenClaim(claim: "what is no call is refused") }
        try claim("oneway is the reference's", call.isOneway == (reference["oneway"] == .bool(true)))
        try claim("more is the reference's", call.wantsMore == (reference["more"] == .bool(true)))
        let isStamp = reference["method"]?.utf8 == Array(StamperMethod.stamp.fullName.utf8)
        try claim("a call names its method", call.names(.stamp, in: message.span) == isStamp)
        try checkMethod(of: call, message, reference)
    }

    private static func checkMethod(
        of call: Call,
        _ message: [UInt8],
        _ reference: ReferenceJSON
    ) throws(BrokenClaim) {
        let named = allMethods.first { reference["method"]?.utf8 == Array($0.fullName.utf8) }
        let method: Method
        do throws(ErrorReply) { method = try call.method(among: Interface.allCases, in: message.span) } catch {
            var writer = JSONWriter()
            writer.reply(error)
            try claim("a reply ends in a NUL", writer.bytes.popLast() == 0)
            try claim(
                "a reply is JSON of ASCII",
                writer.bytes.allSatisfy { $0 < 0x80 } && ReferenceJSON(writer.bytes) != nil
            )
            return try claim("a method that is there is found", named.map(reference.isTaken) != true)
        }
        try claim("the method is the reference's", method == named)
        try claim("a method takes what it is given", reference.isTaken(by: method))
        let without = Interface.allCases.filter { !method.fullName.hasPrefix($0.rawValue + ".") }
        try claim("another interface has it not", (try? call.method(among: without, in: message.span)) == nil)
        for name in ParameterName.allCases { try check(name, call.parameters(in: message.span), reference) }
    }

    private static let allMethods =
        ServiceMethod.allCases.map(Method.service) + StamperMethod.allCases.map(Method.stamper)
        + ControlMethod.allCases.map(Method.control)

    /// Each way to read the parameter gives what the reference has there.
    private static func check(
        _ name: ParameterName,
        _ parameters: Parameters,
        _ reference: ReferenceJSON
    ) throws(BrokenClaim) {
        let value = reference["parameters"]?[name.rawValue]
        let given = value == .null ? nil : value
        let text = reading { () throws(ErrorReply) in try parameters.optionalText(name, maximumByteCount: 64) }
        let isText =
            text == expected(given) { $0.utf8.flatMap { $0.count > 64 ? nil : String(decoding: $0, as: UTF8.self) } }
        try claim("a text is the reference's", isText)
        let number = reading { () throws(ErrorReply) in try parameters.optionalInt(name) }
        try claim("a number is the reference's", number == expected(given, \.int64))
        let numbers = reading { () throws(ErrorReply) in try parameters.optionalInts(name, maximumCount: 4) }
        try claim("numbers are the reference's", numbers == expected(given, \.int64s))
        let flag = reading { () throws(ErrorReply) in try parameters.bool(name) }
        try claim(
            "a flag is the reference's",
            flag == (given == .bool(true) ? true : given == .bool(false) ? false : nil)
        )
        let required = reading { () throws(ErrorReply) in try parameters.text(name, maximumByteCount: 64) }
        try claim("a required text is an optional one that is there", required == text.flatMap { $0 })
        let int = reading { () throws(ErrorReply) in try parameters.int(name) }
        try claim("a required number is an optional one that is there", int == number.flatMap { $0 })
        var buffer: [UInt8] = [0]
        let isRead = reading { () throws(ErrorReply) in try parameters.string(name, into: &buffer) } != nil
        try claim("a string's bytes are the reference's", buffer == [0] + (given?.utf8 ?? []))
        try claim("a string is read where it is one", isRead == (given?.utf8 != nil))
    }

    /// Nil where the parameter is refused, nil inside where it is absent.
    private static func expected<Value>(_ given: ReferenceJSON?, _ read: (ReferenceJSON) -> Value?) -> Value?? {
        guard let given else { return .some(nil) }
        return read(given).map { .some($0) }
    }

    /// Nil where the parameter is refused.
    private static func reading<Value>(_ read: () throws(ErrorReply) -> Value) -> Value? {
        do throws(ErrorReply) { return try read() } catch { return nil }
    }
}

/// A call by the interface's text: `{"method": string, "parameters": ?object, "oneway": ?bool, "more": ?bool, "upgrade": ?bool}`.
extension ReferenceJSON {
    fileprivate var isCall: Bool {
        guard case .object(let members) = self, self["method"]?.utf8 != nil else { return false }
        let names = ["method", "parameters", "oneway", "more", "upgrade"].map { Array($0.utf8) }
        switch self["parameters"] {
        case .object, .null, nil: break
        default: return false
        }
        let areFlags = ["oneway", "more", "upgrade"].allSatisfy {
            [nil, .null, .bool(true), .bool(false)].contains(self[$0])
        }
        return areFlags && members.allSatisfy { names.contains($0.name) }
            && !(self["oneway"] == .bool(true) && self["more"] == .bool(true))
    }

    /// Whether the method takes the call's flags and the names of its parameters.
    fileprivate func isTaken(by method: Method) -> Bool {
        var names: [[UInt8]] = []
        if case .object(let members)? = self["parameters"] { names = members.map(\.name) }
        let known = method.traits.parameters.map { Array($0.rawValue.utf8) }
        return self["upgrade"] != .bool(true) && (method != .stamper(.monitor) || self["more"] == .bool(true))
            && names.allSatisfy(known.contains)
    }

    /// Nil for anything but the spelling of an Int64.
    fileprivate var int64: Int64? {
        guard case .number(let text) = self else { return nil }
        return Int64(text)
    }

    /// Nil for anything but an array of at most four of them.
    fileprivate var int64s: [Int64]? {
        guard case .array(let elements) = self, elements.count <= 4 else { return nil }
        let numbers = elements.compactMap(\.int64)
        return numbers.count == elements.count ? numbers : nil
    }
}
