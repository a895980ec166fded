// SPDX-License-Identifier: Apache-2.0
public import Foundation

extension Fixture {
    /// Reads a fixture from JSON, strictly.
    ///
    /// - Throws: `.notJSON`, `.wrongShape` or `.unknownMember`. Whether the values can be is found when a sandbox is
    ///   made of it.
    public init(reading bytes: Data) throws(FixtureError) {
        let source = try Self.parse(bytes)
        do {
            self = try JSONDecoder().decode(Fixture.self, from: bytes)
        } catch let error as DecodingError {
            throw Self.shapeError(error)
        } catch {
            throw .notJSON
        }
        // A decoder passes over what it does not know; what was read, written again, shows what it passed over.
        guard let known = try? Self.parse(JSONEncoder().encode(self)) else { return }
        if let path = Self.unknownMember(in: source, known: known, path: "") { throw .unknownMember(path: path) }
    }

    private static func parse(_ bytes: Data) throws(FixtureError) -> JSONValue {
        do throws(NotJSON) { return try JSONParser.read(bytes) } catch { throw .notJSON }
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
