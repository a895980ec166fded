// SPDX-License-Identifier: Apache-2.0

/// A name and its value in one call.
extension JSONWriter {
    package mutating func member(_ name: String, _ value: String) {
        self.name(name)
        string(value)
    }

    /// A string given as valid UTF-8, not yet escaped.
    package mutating func member(_ name: String, utf8: Span<UInt8>) {
        self.name(name)
        string(utf8: utf8)
    }

    package mutating func member(_ name: String, _ value: Int64) {
        self.name(name)
        int(value)
    }

    package mutating func member(_ name: String, _ value: Bool) {
        self.name(name)
        bool(value)
    }

    package mutating func objectMember(_ name: String, _ writeMembers: (inout JSONWriter) -> Void) {
        self.name(name)
        object(writeMembers)
    }

    package mutating func arrayMember(_ name: String, _ writeElements: (inout JSONWriter) -> Void) {
        self.name(name)
        array(writeElements)
    }

    /// An optional value: nothing is written where there is none.
    package mutating func member(_ name: String, ifPresent value: String?) {
        guard let value else { return }
        member(name, value)
    }

    /// An optional value: nothing is written where there is none.
    package mutating func member(_ name: String, ifPresent value: Int64?) {
        guard let value else { return }
        member(name, value)
    }
}
