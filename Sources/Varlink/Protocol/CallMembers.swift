// SPDX-License-Identifier: Apache-2.0

/// The members of a call's object as they stand in the message, before they are checked.
struct CallMembers {
    private(set) var method: JSONToken?
    private(set) var oneway: JSONToken?
    private(set) var more: JSONToken?
    private(set) var upgrade: JSONToken?
    private(set) var hasUnknown = false
    private(set) var parameters = ParameterTokens()
    /// The type of the parameters; an object where the call has none.
    private(set) var parametersKind = JSONToken.Kind.object

    /// Reads the message to its end and checks every byte as JSON.
    init(_ message: Span<UInt8>, maximumDepth: Int) throws(JSONError) {
        var reader = JSONReader(message, maximumDepth: maximumDepth)
        var object = try reader.beginObject()
        while let name = try reader.nextName(in: &object) { try readMember(name, &reader) }
        try reader.end()
    }

    private mutating func readMember(_ name: JSONToken, _ reader: inout JSONReader) throws(JSONError) {
        if reader.equals(name, "method") {
            method = try reader.value()
        } else if reader.equals(name, "parameters") {
            try readParameters(&reader)
        } else if reader.equals(name, "oneway") {
            oneway = try reader.value()
        } else if reader.equals(name, "more") {
            more = try reader.value()
        } else if reader.equals(name, "upgrade") {
            upgrade = try reader.value()
        } else {
            hasUnknown = true
            _ = try reader.value()
        }
    }

    private mutating func readParameters(_ reader: inout JSONReader) throws(JSONError) {
        guard try reader.currentByte() == UInt8(ascii: "{") else {
            parametersKind = try reader.value().kind
            return
        }
        var object = try reader.beginObject()
        while let name = try reader.nextName(in: &object) { parameters.append(name, try reader.value()) }
    }
}
