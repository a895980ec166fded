// SPDX-License-Identifier: Apache-2.0
import Varlink

/// What is wrong in a configuration's text.
enum ConfigurationFault: Error, Equatable {
    /// The text is no JSON object; nothing behind that place was looked at.
    case json(JSONError, line: Int)
    case unknown(member: String)
    case repeated(member: String)
    /// A value of another type, or outside the member's range.
    case invalid(member: String, takes: String)
    case authorization(AuthorizationRules.ReadingError, line: Int)
}

/// Reads a configuration's JSON: one object, each member at most once, each value to the letter.
struct ConfigurationReader {
    private(set) var configuration = Configuration()
    /// In the order of the text; an error of JSON itself is the last one.
    private(set) var faults: [ConfigurationFault] = []
    /// Lines about what was understood by a former name.
    private(set) var warnings: [String] = []
    /// The value of `rules` as it stands; nil where there is none. What it says depends on the frame's sockets.
    private(set) var rules: [UInt8]?
    private var seen: Set<String> = []

    /// The members that are objects, and no settings.
    static let authorization = "authorization"
    static let rulesMember = "rules"
    /// Nothing of ours is nested deeper: an address of a word of a call in an `evm` condition of a rule.
    private static let maximumDepth = 13
    /// Longer than every member's name; of a longer one so much is said.
    private static let maximumNameByteCount = 64

    init(_ text: Span<UInt8>) {
        var reader = JSONReader(text, maximumDepth: Self.maximumDepth)
        do throws(JSONError) { try readObject(&reader, in: text) } catch { note(error, in: text) }
    }

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
            guard name != Self.rulesMember else {
                let token = try reader.value()
                // Of a text, the token leaves the quotation marks out.
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

    /// Reads on behind it, also where it is wrong.
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

    /// Nil for what no setting takes.
    private static func value(of token: JSONToken, in reader: JSONReader) -> Setting.Value? {
        switch token.kind {
        case .integer: (try? reader.int(token)).map(Setting.Value.number)
        case .bool: (try? reader.bool(token)).map(Setting.Value.flag)
        case .string: .text(text(of: token, in: reader, maximumByteCount: ConfigurationFile.maximumByteCount))
        case .object, .array, .fraction, .null: nil
        }
    }

    /// A name that is too long stands for none of ours.
    private static func text(of token: JSONToken, in reader: JSONReader, maximumByteCount: Int) -> String {
        (try? reader.text(token, maximumByteCount: maximumByteCount)) ?? "a name of more than \(maximumByteCount) bytes"
    }

    /// The reader itself refuses a name that stands twice among the first, and says where.
    private mutating func note(_ error: JSONError, in text: Span<UInt8>) {
        if error.reason == .duplicateName {
            let isSaid = faults.contains { if case .repeated = $0 { true } else { false } }
            if isSaid { return }
            if let name = Self.name(at: error.offset, in: text) { return faults.append(.repeated(member: name)) }
        }
        faults.append(.json(error, line: Self.line(at: error.offset, in: text)))
    }

    /// Counted from 1.
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
