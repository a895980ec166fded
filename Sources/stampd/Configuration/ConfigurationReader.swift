// SPDX-License-Identifier: Apache-2.0
import Varlink

/// The faults of a configuration's text.
enum ConfigurationFault: Error, Equatable {
    /// The text is not a JSON object. Nothing after the fault was read.
    case json(JSONError, line: Int)
    case unknown(member: String)
    case repeated(member: String)
    /// A value of another type, or outside the member's range.
    case invalid(member: String, takes: String)
    case authorization(AuthorizationRules.ReadingError, line: Int)
    case delivery(DeliveryConfiguration.ReadingError, line: Int)
}

/// Reads a configuration's JSON strictly: one object, each member at most once, each value of its type and in its
/// range.
package struct ConfigurationReader {
    package private(set) var configuration = Configuration()
    /// The faults in the order of the text. A fault of the JSON itself is the last one.
    private(set) var faults: [ConfigurationFault] = []
    /// Warnings about members that were given by their former name.
    package private(set) var warnings: [String] = []
    /// The bytes of the value of `rules`; nil if there is none. They are not read here, since their meaning depends on
    /// the frame's sockets.
    package private(set) var rules: [UInt8]?
    private var seen: Set<String> = []

    /// The members that are objects, not settings.
    static let authorization = "authorization"
    static let rulesMember = "rules"
    static let deliveryMember = "delivery"
    /// The deepest nesting of a valid text: an address of a word of a call in an `evm` condition of a rule.
    private static let maximumDepth = 13
    /// The longest name that is read, in bytes. Every valid name is shorter.
    private static let maximumNameByteCount = 64

    package init(_ text: Span<UInt8>) {
        var reader = JSONReader(text, maximumDepth: Self.maximumDepth)
        do throws(JSONError) { try readObject(&reader, in: text) } catch { note(error, in: text) }
    }

    /// Each fault as the end of a sentence.
    package var faultMessages: [String] { faults.map(\.message) }

    private mutating func readObject(_ reader: inout JSONReader, in text: Span<UInt8>) throws(JSONError) {
        var object = try reader.beginObject()
        while let token = try reader.nextName(in: &object) {
            let name = Self.text(of: token, in: reader, maximumByteCount: Self.maximumNameByteCount)
            let setting = Setting.named(name)
            guard seen.insert(setting?.name ?? name).inserted else {
                faults.append(.repeated(member: name))
                _ = try reader.value()
                continue
            }
            guard name != Self.authorization else {
                try readAuthorization(&reader, in: text)
                continue
            }
            guard name != Self.deliveryMember else {
                try readDelivery(&reader, in: text)
                continue
            }
            guard name != Self.rulesMember else {
                let token = try reader.value()
                // The token of a string does not include the quotation marks.
                let mark = token.kind == .string ? 1 : 0
                rules = text.extracting((token.start - mark)..<(token.end + mark)).copy
                continue
            }
            guard let setting else {
                faults.append(.unknown(member: name))
                _ = try reader.value()
                continue
            }
            if name != setting.name { warnings.append("\(name) is now called \(setting.name)") }
            let value = Self.value(of: try reader.value(), in: reader)
            if value.map({ setting.set($0, in: &configuration) }) != true {
                faults.append(.invalid(member: name, takes: setting.takes))
            }
        }
        try reader.end()
    }

    /// Reads the object `authorization`. If it has a fault, the reader skips it and reads on.
    private mutating func readAuthorization(
        _ reader: inout JSONReader,
        in text: Span<UInt8>
    ) throws(JSONError) {
        let start = reader
        do throws(AuthorizationRules.ReadingError) {
            configuration.authorization = try AuthorizationRules(reading: &reader)
        } catch {
            reader = start
            _ = try reader.value()
            faults.append(.authorization(error, line: Self.line(at: error.offset, in: text)))
        }
    }

    /// Reads the object `delivery`. If it has a fault, the reader skips it and reads on.
    private mutating func readDelivery(_ reader: inout JSONReader, in text: Span<UInt8>) throws(JSONError) {
        let start = reader
        do throws(DeliveryConfiguration.ReadingError) {
            configuration.delivery = try DeliveryConfiguration(reading: &reader)
        } catch {
            reader = start
            _ = try reader.value()
            faults.append(.delivery(error, line: Self.line(at: error.offset, in: text)))
        }
    }

    /// Converts a value; nil for a type that no setting has.
    private static func value(of token: JSONToken, in reader: JSONReader) -> Setting.Value? {
        switch token.kind {
        case .integer: (try? reader.int(token)).map(Setting.Value.number)
        case .bool: (try? reader.bool(token)).map(Setting.Value.flag)
        case .string: .text(text(of: token, in: reader, maximumByteCount: ConfigurationFile.maximumByteCount))
        case .object, .array, .fraction, .null: nil
        }
    }

    /// Returns the text. A text that is too long is replaced by a description, which is no valid name.
    private static func text(of token: JSONToken, in reader: JSONReader, maximumByteCount: Int) -> String {
        (try? reader.text(token, maximumByteCount: maximumByteCount)) ?? "a name of more than \(maximumByteCount) bytes"
    }

    /// Adds a fault of the JSON itself. The JSON reader refuses repeated names too, and tells only where; such a fault
    /// becomes `.repeated`, unless one was added already.
    private mutating func note(_ error: JSONError, in text: Span<UInt8>) {
        if error.reason == .duplicateName {
            let isSaid = faults.contains { if case .repeated = $0 { true } else { false } }
            if isSaid { return }
            if let name = Self.name(at: error.offset, in: text) { return faults.append(.repeated(member: name)) }
        }
        faults.append(.json(error, line: Self.line(at: error.offset, in: text)))
    }

    /// Returns the line of an offset, counted from 1.
    private static func line(at offset: Int, in text: Span<UInt8>) -> Int {
        var line = 1
        for index in 0..<min(offset, text.count) where text[index] == UInt8(ascii: "\n") { line += 1 }
        return line
    }

    private static func name(at offset: Int, in text: Span<UInt8>) -> String? {
        var bytes: [UInt8] = []
        for index in offset..<text.count {
            guard text[index] != UInt8(ascii: "\"") else { return String(decoding: bytes, as: UTF8.self) }
            bytes.append(text[index])
        }
        return nil
    }
}

extension Span<UInt8> {
    fileprivate var copy: [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(count)
        for index in indices { bytes.append(self[index]) }
        return bytes
    }
}
