// SPDX-License-Identifier: Apache-2.0

extension JSONReader {
    /// Reads `text` to its end and checks every byte of it: one JSON value of any type, and nothing behind it.
    ///
    /// What another reader makes of a text that passes is the only thing that it can make of it.
    package static func check(
        _ text: Span<UInt8>,
        maximumDepth: Int = Self.defaultMaximumDepth
    ) throws(JSONError) {
        var reader = JSONReader(text, maximumDepth: maximumDepth)
        _ = try reader.value()
        try reader.end()
    }
}
