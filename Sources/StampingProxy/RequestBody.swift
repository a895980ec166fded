// SPDX-License-Identifier: Apache-2.0
package import Varlink

/// The body of a request to the API: one JSON object in UTF-8 that can be read in one way only.
package struct RequestBody: Sendable {
    /// The longest body: 1 MiB.
    package static let limitBytes = 1 << 20

    /// The bytes as they came, which are stamped and sent.
    package let text: String
    /// The outermost member `type`; `nil` for a query.
    package let type: String?

    /// Checks a body.
    ///
    /// - Throws: `JSONError` with the first fault and its place.
    package init(_ bytes: [UInt8]) throws(JSONError) {
        var reader = JSONReader(bytes.span)
        var object = try reader.beginObject()
        var type: String?
        while let name = try reader.nextName(in: &object) {
            let isType = reader.equals(name, "type")
            let value = try reader.value()
            guard isType else { continue }
            guard value.kind == .string else { throw JSONError(reason: .wrongType, offset: value.start) }
            type = try reader.text(value, maximumByteCount: Self.limitBytes)
        }
        try reader.end()
        self.type = type
        text = String(decoding: bytes, as: UTF8.self)
    }
}
