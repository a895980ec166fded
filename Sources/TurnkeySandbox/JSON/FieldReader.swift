// SPDX-License-Identifier: Apache-2.0

/// The faults of a member of a request's body. Names are paths below the object that is read.
enum FieldError: Error, Equatable {
    case missing(String)
    case unknown(String)
    case wrongType(String, expected: String)
    /// The member has the right type, but not a value that it may have.
    case invalid(String, reason: String)
}

/// Reads an object's members by name, then refuses those that were not read. A null counts as an absent member.
struct FieldReader {
    private let object: JSONObject
    private let path: String
    private var asked: Set<String> = []

    init(_ object: JSONObject, path: String = "") {
        self.object = object
        self.path = path
    }

    mutating func optionalString(_ name: String) throws(APIRefusal) -> String? {
        switch take(name) {
        case nil: return nil
        case .string(let value): return value
        default: throw .field(.wrongType(path + name, expected: "a string"))
        }
    }

    mutating func string(_ name: String) throws(APIRefusal) -> String {
        guard let value = try optionalString(name) else { throw .field(.missing(path + name)) }
        return value
    }

    mutating func optionalBool(_ name: String) throws(APIRefusal) -> Bool? {
        switch take(name) {
        case nil: return nil
        case .bool(let value): return value
        default: throw .field(.wrongType(path + name, expected: "a boolean"))
        }
    }

    mutating func optionalInteger(_ name: String) throws(APIRefusal) -> Int64? {
        switch take(name) {
        case nil: return nil
        case .integer(let value): return value
        default: throw .field(.wrongType(path + name, expected: "an integer"))
        }
    }

    mutating func integer(_ name: String) throws(APIRefusal) -> Int64 {
        guard let value = try optionalInteger(name) else { throw .field(.missing(path + name)) }
        return value
    }

    mutating func optionalObject(_ name: String) throws(APIRefusal) -> JSONObject? {
        switch take(name) {
        case nil: return nil
        case .object(let value): return value
        default: throw .field(.wrongType(path + name, expected: "an object"))
        }
    }

    mutating func object(_ name: String) throws(APIRefusal) -> JSONObject {
        guard let value = try optionalObject(name) else { throw .field(.missing(path + name)) }
        return value
    }

    mutating func strings(_ name: String) throws(APIRefusal) -> [String] {
        var strings: [String] = []
        for (index, element) in try array(name).enumerated() {
            guard case .string(let value) = element else {
                throw .field(.wrongType("\(path)\(name)[\(index)]", expected: "a string"))
            }
            strings.append(value)
        }
        return strings
    }

    /// Reads an array's strings; `nil` if it is absent.
    mutating func optionalStrings(_ name: String) throws(APIRefusal) -> [String]? {
        take(name) == nil ? nil : try strings(name)
    }

    /// Returns readers of the objects in an array, which know their place.
    mutating func readers(_ name: String) throws(APIRefusal) -> [FieldReader] {
        var readers: [FieldReader] = []
        for (index, element) in try array(name).enumerated() {
            guard case .object(let value) = element else {
                throw .field(.wrongType("\(path)\(name)[\(index)]", expected: "an object"))
            }
            readers.append(FieldReader(value, path: "\(path)\(name)[\(index)]."))
        }
        return readers
    }

    /// Returns a reader of a member that is an object; `nil` if it is absent.
    mutating func optionalReader(_ name: String) throws(APIRefusal) -> FieldReader? {
        try optionalObject(name).map { FieldReader($0, path: "\(path)\(name).") }
    }

    /// Returns a reader of a member that is an object.
    mutating func reader(_ name: String) throws(APIRefusal) -> FieldReader {
        FieldReader(try object(name), path: "\(path)\(name).")
    }

    /// Creates the error for a member with an invalid value.
    func invalid(_ name: String, _ reason: String) -> APIRefusal {
        .field(.invalid(path + name, reason: reason))
    }

    /// Ends the reading: a member that was not read is refused, so that a misspelt option is not ignored.
    func finish() throws(APIRefusal) {
        if let name = object.keys.sorted().first(where: { !asked.contains($0) }) { throw .field(.unknown(path + name)) }
    }

    mutating func array(_ name: String) throws(APIRefusal) -> [JSONValue] {
        switch take(name) {
        case nil: throw .field(.missing(path + name))
        case .array(let elements): return elements
        default: throw .field(.wrongType(path + name, expected: "an array"))
        }
    }

    /// Takes the member, which counts as read; `nil` if it is absent or null.
    mutating func take(_ name: String) -> JSONValue? {
        asked.insert(name)
        let value = object[name]
        return value == .null ? nil : value
    }
}
