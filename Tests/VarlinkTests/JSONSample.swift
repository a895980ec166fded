// SPDX-License-Identifier: Apache-2.0
import Foundation
import Varlink

/// A JSON value that Foundation's coders and ours both read and write.
indirect enum JSONSample: Equatable {
    case null
    case bool(Bool)
    case int(Int64)
    case string(String)
    case array([JSONSample])
    case object([String: JSONSample])

    static func random(using generator: inout SeededGenerator, depth: Int = 0) -> JSONSample {
        switch Int.random(in: 0..<(depth < 5 ? 8 : 5), using: &generator) {
        case 0: return .null
        case 1: return .bool(.random(using: &generator))
        case 2: return .int(Int64(bitPattern: generator.next()) >> Int64.random(in: 0..<64, using: &generator))
        case 3, 4: return .string(randomText(using: &generator))
        case 5, 6:
            return .array(
                (0..<Int.random(in: 0..<5, using: &generator)).map { _ in random(using: &generator, depth: depth + 1) }
            )
        default:
            // More members than are compared in place; the number keeps names apart under String's own equality.
            return .object(
                (0..<Int.random(in: 0..<12, using: &generator)).reduce(into: [:]) { members, index in
                    members["\(index)" + randomText(using: &generator)] = random(using: &generator, depth: depth + 1)
                }
            )
        }
    }

    static func randomText(using generator: inout SeededGenerator) -> String {
        var text = ""
        for _ in 0..<Int.random(in: 0..<24, using: &generator) {
            let ceiling: UInt32 = [0x20, 0x80, 0x80, 0x800, 0x10000, 0x110000].randomElement(using: &generator) ?? 0x80
            if let scalar = Unicode.Scalar(.random(in: 0..<ceiling, using: &generator)) {
                text.unicodeScalars.append(scalar)
            }
        }
        return text
    }
}

extension JSONSample {
    func write(to writer: inout JSONWriter) {
        switch self {
        case .null: writer.null()
        case .bool(let value): writer.bool(value)
        case .int(let value): writer.int(value)
        case .string(let text): writer.string(text)
        case .array(let elements): writer.array { for element in elements { element.write(to: &$0) } }
        case .object(let members):
            writer.object {
                for (name, value) in members {
                    $0.name(name)
                    value.write(to: &$0)
                }
            }
        }
    }

    static func read(_ reader: inout JSONReader, _ bytes: [UInt8]) throws(JSONError) -> JSONSample {
        switch bytes.dropFirst(reader.offset).first(where: { !" \t\r\n:".utf8.contains($0) }) {
        case UInt8(ascii: "{"):
            var (object, members) = (try reader.beginObject(), [String: JSONSample]())
            while let name = try reader.nextName(in: &object) {
                members[try reader.text(name, maximumByteCount: .max)] = try read(&reader, bytes)
            }
            return .object(members)
        case UInt8(ascii: "["):
            var (array, elements) = (try reader.beginArray(), [JSONSample]())
            while try reader.nextElement(in: &array) { elements.append(try read(&reader, bytes)) }
            return .array(elements)
        default:
            let token = try reader.value()
            switch token.kind {
            case .null: return .null
            case .bool: return .bool(try reader.bool(token))
            case .string: return .string(try reader.text(token, maximumByteCount: .max))
            default: return .int(try reader.int(token))
            }
        }
    }
}

extension JSONSample: Codable {
    struct Name: CodingKey {
        let stringValue: String
        var intValue: Int? { nil }
        init(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }

    init(from decoder: any Decoder) throws {
        if let members = try? decoder.container(keyedBy: Name.self) {
            self = .object(
                try members.allKeys.reduce(into: [:]) {
                    $0[$1.stringValue] = try members.decode(JSONSample.self, forKey: $1)
                }
            )
        } else if var elements = try? decoder.unkeyedContainer() {
            var array: [JSONSample] = []
            while !elements.isAtEnd { array.append(try elements.decode(JSONSample.self)) }
            self = .array(array)
        } else {
            let value = try decoder.singleValueContainer()
            if value.decodeNil() {
                self = .null
            } else if let bool = try? value.decode(Bool.self) {
                self = .bool(bool)
            } else if let int = try? value.decode(Int64.self) {
                self = .int(int)
            } else {
                self = .string(try value.decode(String.self))
            }
        }
    }

    func encode(to encoder: any Encoder) throws {
        switch self {
        case .array(let elements):
            var container = encoder.unkeyedContainer()
            for element in elements { try container.encode(element) }
        case .object(let members):
            var container = encoder.container(keyedBy: Name.self)
            for (name, value) in members { try container.encode(value, forKey: Name(stringValue: name)) }
        default:
            var container = encoder.singleValueContainer()
            switch self {
            case .bool(let value): try container.encode(value)
            case .int(let value): try container.encode(value)
            case .string(let text): try container.encode(text)
            default: try container.encodeNil()
            }
        }
    }
}
