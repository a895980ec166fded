// SPDX-License-Identifier: Apache-2.0

/// How much of a text may be read, beside its length and its depth: what costs more than its bytes.
package struct JSONBudget: Sendable {
    /// Members of objects and elements of arrays, at every depth.
    package var members = Int.max
    /// Bytes of members' names; those of a name with escapes, which are copied and decoded, count `escapedNamePrice` times.
    package var nameBytes = Int.max

    package static let escapedNamePrice = 8

    package init(members: Int = .max, nameBytes: Int = .max) {
        self.members = members
        self.nameBytes = nameBytes
    }
}

/// An object that is being read, between `beginObject` and the last `nextName`.
package struct JSONObject {
    fileprivate var isStarted = false
    fileprivate var names = JSONObjectNames()
}

/// An array that is being read, between `beginArray` and the last `nextElement`.
package struct JSONArray {
    fileprivate var isStarted = false
}

extension JSONReader {
    package mutating func beginObject() throws(JSONError) -> JSONObject {
        try open(UInt8(ascii: "{"))
        return JSONObject()
    }

    /// The next member's name, with the cursor at its value, which must be read next; nil behind the last member.
    ///
    /// - Throws: `.duplicateName` where the name stood before in this object.
    package mutating func nextName(in object: inout JSONObject) throws(JSONError) -> JSONToken? {
        guard try advance(&object.isStarted, closing: UInt8(ascii: "}")) else { return nil }
        let name = try string()
        try spend(name)
        try object.names.add(name, in: self)
        skipWhiteSpace()
        guard try currentByte() == UInt8(ascii: ":") else { throw error(.unexpectedByte) }
        offset += 1
        skipWhiteSpace()
        return name
    }

    package mutating func beginArray() throws(JSONError) -> JSONArray {
        try open(UInt8(ascii: "["))
        return JSONArray()
    }

    /// Whether there is another element; its value must be read next.
    package mutating func nextElement(in array: inout JSONArray) throws(JSONError) -> Bool {
        guard try advance(&array.isStarted, closing: UInt8(ascii: "]")) else { return false }
        budget.members -= 1
        guard budget.members >= 0 else { throw error(.overBudget) }
        return true
    }

    private mutating func spend(_ name: JSONToken) throws(JSONError) {
        let price = name.hasEscapes ? JSONBudget.escapedNamePrice : 1
        budget.members -= 1
        budget.nameBytes -= price * (name.end - name.start)
        guard budget.members >= 0, budget.nameBytes >= 0 else { throw error(.overBudget) }
    }

    private mutating func open(_ bracket: UInt8) throws(JSONError) {
        skipWhiteSpace()
        guard try currentByte() == bracket else { throw error(.wrongType) }
        guard depth < maximumDepth else { throw error(.tooDeep) }
        depth += 1
        offset += 1
    }

    private mutating func advance(_ isStarted: inout Bool, closing bracket: UInt8) throws(JSONError) -> Bool {
        skipWhiteSpace()
        if try currentByte() == bracket {
            offset += 1
            depth -= 1
            return false
        }
        if isStarted {
            guard try currentByte() == UInt8(ascii: ",") else { throw error(.unexpectedByte) }
            offset += 1
            skipWhiteSpace()
            guard try currentByte() != bracket else { throw error(.unexpectedByte) }
        }
        isStarted = true
        return true
    }
}
