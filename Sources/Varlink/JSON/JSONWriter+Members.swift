// SPDX-License-Identifier: Apache-2.0

/// Writes a name and its value in one call.
extension JSONWriter {
    /// Writes a member whose value is a string, escaped as JSON asks.
    package mutating func member(_ name: String, _ value: String) {
        self.name(name)
        string(value)
    }

    /// Writes a member whose value is a string, given as valid UTF-8 that is not yet escaped.
    package mutating func member(_ name: String, utf8: Span<UInt8>) {
        self.name(name)
        string(utf8: utf8)
    }

    /// Writes a member whose value is an integer.
    package mutating func member(_ name: String, _ value: Int64) {
        self.name(name)
        int(value)
    }

    /// Writes a member whose value is true or false.
    package mutating func member(_ name: String, _ value: Bool) {
        self.name(name)
        bool(value)
    }

    /// Writes a member whose value is an object; `writeMembers` writes what is in it.
    package mutating func objectMember(_ name: String, _ writeMembers: (inout JSONWriter) -> Void) {
        self.name(name)
        object(writeMembers)
    }

    /// Writes a member whose value is an array; `writeElements` writes what is in it.
    package mutating func arrayMember(_ name: String, _ writeElements: (inout JSONWriter) -> Void) {
        self.name(name)
        array(writeElements)
    }

    /// Writes a member whose value is a string, or nothing for nil.
    package mutating func member(_ name: String, ifPresent value: String?) {
        guard let value else { return }
        member(name, value)
    }

    /// Writes a member whose value is an integer, or nothing for nil.
    package mutating func member(_ name: String, ifPresent value: Int64?) {
        guard let value else { return }
        member(name, value)
    }
}
