// SPDX-License-Identifier: Apache-2.0

extension JSONReader {
    /// Reads `text` to its end and checks every byte: one JSON value of any type, and only white space behind it.
    ///
    /// A text that passes can be read in one way only, so another reader may be trusted to find the same in it.
    ///
    /// - Throws: Any `JSONError`.
    package static func check(
        _ text: Span<UInt8>,
        maximumDepth: Int = Self.defaultMaximumDepth
    ) throws(JSONError) {
        var reader = JSONReader(text, maximumDepth: maximumDepth)
        _ = try reader.value()
        try reader.end()
    }
}
