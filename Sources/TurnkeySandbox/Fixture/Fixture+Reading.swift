// SPDX-License-Identifier: Apache-2.0
public import Foundation

extension Fixture {
    /// Reads a fixture from JSON, strictly. Values are only checked when a sandbox is made with it.
    ///
    /// - Throws: `.notJSON`, `.wrongShape` or `.unknownMember`.
    public init(reading bytes: Data) throws(FixtureError) {
        let source = try Self.parse(bytes)
        do {
            self = try JSONDecoder().decode(Fixture.self, from: bytes)
        } catch let error as DecodingError {
            // The decoder does not say where a number is that does not fit.
            if let path = Self.unfitNumber(in: source, path: "") {
                throw .wrongShape(path: path, reason: Self.numberRange)
            }
            throw Self.shapeError(error)
        } catch {
            throw .notJSON
        }
        // A decoder skips unknown members. Encoding what was read again shows what it skipped.
        guard let known = try? Self.parse(JSONEncoder().encode(self)) else { return }
        if let path = Self.unknownMember(in: source, known: known, path: "") { throw .unknownMember(path: path) }
    }

    private static func parse(_ bytes: Data) throws(FixtureError) -> JSONValue {
        do throws(NotJSON) { return try JSONParser.read(bytes) } catch {
            guard error.isNumberTooLarge else { throw .notJSON }
            throw .wrongShape(path: "byte \(error.offset)", reason: Self.numberRange)
        }
    }

    /// The range of every number of a fixture.
    private static let numberRange = "the number is out of range: it is a whole one from 0 to \(UInt32.max)"

    /// Finds the first number that is outside of the range.
    private static func unfitNumber(in source: JSONValue, path: String) -> String? {
        switch source {
        case .number: path
        case .integer(let number): UInt32(exactly: number) == nil ? path : nil
        case .object(let object):
            object.sorted { $0.key < $1.key }.lazy
                .compactMap { unfitNumber(in: $0.value, path: path.isEmpty ? $0.key : "\(path).\($0.key)") }.first
        case .array(let elements):
            elements.enumerated().lazy.compactMap { unfitNumber(in: $0.element, path: "\(path)[\($0.offset)]") }.first
        case .null, .bool, .string: nil
        }
    }

    private static func unknownMember(in source: JSONValue, known: JSONValue, path: String) -> String? {
        switch (source, known) {
        case (.object(let object), .object(let known)):
            for (name, member) in object.sorted(by: { $0.key < $1.key }) where member != .null {
                let path = path.isEmpty ? name : "\(path).\(name)"
                guard let value = known[name] else { return path }
                if let unknown = unknownMember(in: member, known: value, path: path) { return unknown }
            }
        case (.array(let elements), .array(let known)):
            for (index, (element, known)) in zip(elements, known).enumerated() {
                if let unknown = unknownMember(in: element, known: known, path: "\(path)[\(index)]") { return unknown }
            }
        default: break
        }
        return nil
    }

    private static func shapeError(_ error: DecodingError) -> FixtureError {
        switch error {
        case .keyNotFound(let key, let context):
            .wrongShape(path: path(context.codingPath), reason: "`\(key.stringValue)` is missing")
        case .typeMismatch(_, let context), .valueNotFound(_, let context), .dataCorrupted(let context):
            .wrongShape(path: path(context.codingPath), reason: context.debugDescription)
        @unknown default: .wrongShape(path: "", reason: "unreadable")
        }
    }

    private static func path(_ keys: [any CodingKey]) -> String {
        keys.reduce("") { path, key in
            if let index = key.intValue { return "\(path)[\(index)]" }
            return path.isEmpty ? key.stringValue : "\(path).\(key.stringValue)"
        }
    }
}
