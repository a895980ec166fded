// SPDX-License-Identifier: Apache-2.0

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
        try advance(&array.isStarted, closing: UInt8(ascii: "]"))
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
