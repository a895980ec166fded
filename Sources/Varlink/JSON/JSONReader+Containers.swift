// SPDX-License-Identifier: Apache-2.0

/// Limits on what costs more than its bytes in a text, beside the limits on length and depth.
package struct JSONBudget: Sendable {
    /// How many members of objects and elements of arrays may be read, counted over all depths.
    package var members = Int.max
    /// How many bytes of members' names may be read. A name with escapes has to be copied and decoded, so each of its
    /// bytes counts `escapedNamePrice` times.
    package var nameBytes = Int.max

    /// What a byte of an escaped name counts, in bytes of `nameBytes`.
    package static let escapedNamePrice = 8

    /// Creates a budget; a limit that is left out does not apply.
    package init(members: Int = .max, nameBytes: Int = .max) {
        self.members = members
        self.nameBytes = nameBytes
    }
}

/// An object that is being read, from `beginObject` to the `nextName` that answers nil.
package struct JSONObject {
    fileprivate var isStarted = false
    fileprivate var names = JSONObjectNames()
}

/// An array that is being read, from `beginArray` to the `nextElement` that answers false.
package struct JSONArray {
    fileprivate var isStarted = false
}

extension JSONReader {
    /// Reads an object's opening brace; its members follow by `nextName`.
    ///
    /// - Throws: `.wrongType` where the value is of another type, `.tooDeep`, or any fault of the grammar.
    package mutating func beginObject() throws(JSONError) -> JSONObject {
        try open(UInt8(ascii: "{"))
        return JSONObject()
    }

    /// Reads the next member's name and its colon, and leaves the cursor at its value, which must be read next.
    ///
    /// - Returns: The name, or nil when the object's closing brace was read.
    /// - Throws: `.duplicateName` where the name occurred before in this object, `.overBudget`, or any fault of the
    ///   grammar.
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

    /// Reads an array's opening bracket; its elements follow by `nextElement`.
    ///
    /// - Throws: `.wrongType` where the value is of another type, `.tooDeep`, or any fault of the grammar.
    package mutating func beginArray() throws(JSONError) -> JSONArray {
        try open(UInt8(ascii: "["))
        return JSONArray()
    }

    /// Moves the cursor to the next element, whose value must be read next.
    ///
    /// - Returns: Whether there is one; false when the array's closing bracket was read.
    /// - Throws: `.overBudget`, or any fault of the grammar.
    package mutating func nextElement(in array: inout JSONArray) throws(JSONError) -> Bool {
        guard try advance(&array.isStarted, closing: UInt8(ascii: "]")) else { return false }
        budget.members -= 1
        guard budget.members >= 0 else { throw error(.overBudget) }
        return true
    }

    @inline(__always)
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

    @inline(__always)
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
