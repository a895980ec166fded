// SPDX-License-Identifier: Apache-2.0

/// A JSON value (RFC 8259) whose numbers keep their spelling, so that what is echoed is what was sent.
enum JSONValue: Sendable, Hashable {
    case null
    case bool(Bool)
    /// The number as it was written.
    case number(String)
    case string(String)
    case array([JSONValue])
    case object(JSONObject)
}

/// A JSON object: each name once, in the order of writing.
struct JSONObject: Sendable, Hashable {
    struct Member: Sendable, Hashable {
        var name: String
        var value: JSONValue
    }

    private(set) var members: [Member]

    /// An object of members whose names are known to differ.
    init(_ members: [Member]) {
        self.members = members
    }

    /// The member's value; setting `nil` removes it, setting a new name appends it.
    subscript(_ name: String) -> JSONValue? {
        get { members.first { $0.name == name }?.value }
        set {
            let index = members.firstIndex { $0.name == name }
            switch (index, newValue) {
            case (let index?, let value?): members[index].value = value
            case (let index?, nil): members.remove(at: index)
            case (nil, let value?): members.append(Member(name: name, value: value))
            case (nil, nil): break
            }
        }
    }
}

extension JSONValue {
    /// The same value without the members that are null, at every depth.
    var withoutNulls: JSONValue {
        switch self {
        case .object(let object): .object(object.withoutNulls)
        case .array(let elements): .array(elements.map(\.withoutNulls))
        case .null, .bool, .number, .string: self
        }
    }
}

extension JSONObject {
    /// The same object without the members that are null, at every depth.
    var withoutNulls: JSONObject {
        JSONObject(
            members.filter { $0.value != .null }.map { Member(name: $0.name, value: $0.value.withoutNulls) }
        )
    }
}

extension JSONObject: ExpressibleByDictionaryLiteral {
    init(dictionaryLiteral elements: (String, JSONValue)...) {
        self.init(elements.map { Member(name: $0.0, value: $0.1) })
    }
}

extension JSONValue: ExpressibleByStringLiteral, ExpressibleByBooleanLiteral, ExpressibleByArrayLiteral,
    ExpressibleByDictionaryLiteral
{
    init(stringLiteral value: String) {
        self = .string(value)
    }

    init(booleanLiteral value: Bool) {
        self = .bool(value)
    }

    init(arrayLiteral elements: JSONValue...) {
        self = .array(elements)
    }

    init(dictionaryLiteral elements: (String, JSONValue)...) {
        self = .object(JSONObject(elements.map { JSONObject.Member(name: $0.0, value: $0.1) }))
    }
}
