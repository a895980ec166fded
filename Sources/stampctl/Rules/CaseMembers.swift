// SPDX-License-Identifier: Apache-2.0
import Foundation
import Rules
import TurnkeyClient

/// The members of one object of a file of cases. Each is taken once, and none may be left over.
struct CaseMembers {
    private let place: String
    private let bytes: [UInt8]
    private var members: [(name: String, value: Value)]

    init(_ value: Value, at place: String, _ bytes: [UInt8]) throws(RuleFault) {
        guard let members = value.members else { throw Self.fault(place, "an object") }
        (self.place, self.bytes, self.members) = (place, bytes, members)
    }

    static func fault(_ member: String, _ message: String) -> RuleFault {
        RuleFault(socket: "", rule: nil, member: member, message: message)
    }

    func fault(_ name: String, _ message: String) -> RuleFault {
        Self.fault(place.isEmpty ? name : "\(place).\(name)", message)
    }

    mutating func take(_ name: String) -> Value? {
        guard let index = members.firstIndex(where: { $0.name == name }) else { return nil }
        return members.remove(at: index).value
    }

    /// Checks that every member was taken.
    ///
    /// - Throws: `RuleFault` otherwise.
    func end() throws(RuleFault) {
        if let rest = members.first { throw fault(rest.name, "no member of this name is known here") }
    }

    mutating func text(_ name: String) throws(RuleFault) -> String? { try textOrNull(name) ?? nil }

    /// Takes a text or `null`, which is nil within.
    mutating func textOrNull(_ name: String) throws(RuleFault) -> String?? {
        guard let value = take(name) else { return .none }
        if value.isNull { return .some(nil) }
        guard let text = value.text else { throw fault(name, "a text") }
        return text.string
    }

    mutating func number(_ name: String) throws(RuleFault) -> UInt32? {
        guard let value = take(name), !value.isNull else { return nil }
        return try number(value, name)
    }

    mutating func numbers(_ name: String) throws(RuleFault) -> [UInt32]? {
        guard let value = take(name), !value.isNull else { return nil }
        guard let list = value.array else { throw fault(name, "a list of numbers") }
        var numbers: [UInt32] = []
        for value in list { numbers.append(try number(value, name)) }
        return numbers
    }

    private func number(_ value: Value, _ name: String) throws(RuleFault) -> UInt32 {
        guard let number = value.int.flatMap({ UInt32(exactly: $0) }), number != .max else {
            throw fault(name, "the number of a user or group, below \(UInt32.max)")
        }
        return number
    }

    /// Takes a claim of a stamping proxy.
    mutating func claim(_ name: String) throws(RuleFault) -> Rules.Caller.ProxyStatement {
        guard let text = try text(name) else { return .none }
        guard (1...Counters.maximumPartyByteCount).contains(text.utf8.count) else {
            throw fault(name, "1 to \(Counters.maximumPartyByteCount) bytes")
        }
        return .text(text)
    }

    /// Takes a time such as `2026-11-30T10:00:00Z`, in milliseconds since 1970.
    mutating func time(_ name: String) throws(RuleFault) -> Int64? {
        guard let text = try text(name) else { return nil }
        // The parser accepts overflowing hours and days, and trailing text, so the result is formatted again and
        // compared.
        guard let date = try? Date(text, strategy: .iso8601), date.formatted(.iso8601) == text,
            let milliseconds = Int64(exactly: (date.timeIntervalSince1970 * 1000).rounded())
        else { throw fault(name, "a time, such as 2026-11-30T10:00:00Z") }
        return milliseconds
    }

    /// Takes a public key in hex.
    mutating func key(_ name: String) throws(RuleFault) -> KeyBytes? {
        guard let text = try text(name) else { return nil }
        guard let key = Hexadecimal.decode(text).map(Array.init), [33, 65].contains(key.count),
            let bytes = KeyBytes(key.span)
        else { throw fault(name, "a public key of 66 or 130 hex digits") }
        return bytes
    }

    /// Takes the bytes of a text, or those of an object as they stand in the file.
    mutating func payload(_ name: String) throws(RuleFault) -> [UInt8]? {
        guard let value = take(name) else { return nil }
        return try payload(value, name)
    }

    mutating func payloads(_ name: String) throws(RuleFault) -> [[UInt8]] {
        guard let value = take(name) else { return [] }
        guard let list = value.array else { throw fault(name, "a list of payloads") }
        var payloads: [[UInt8]] = []
        for value in list { payloads.append(try payload(value, name)) }
        return payloads
    }

    private func payload(_ value: Value, _ name: String) throws(RuleFault) -> [UInt8] {
        if let text = value.text { return text.bytes }
        guard value.members != nil else { throw fault(name, "a text, or the object itself") }
        return Array(bytes[value.range])
    }
}
