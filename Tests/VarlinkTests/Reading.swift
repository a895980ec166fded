// SPDX-License-Identifier: Apache-2.0
import Varlink

/// Reads bytes as one whole JSON text.
func readWhole(_ bytes: [UInt8]) throws(JSONError) -> JSONToken {
    var reader = JSONReader(bytes.span)
    let token = try reader.value()
    try reader.end()
    return token
}

func readWhole(_ text: String) throws(JSONError) -> JSONToken { try readWhole(Array(text.utf8)) }

/// The reason for which bytes are refused; nil if they are read.
func reasonToRefuse(_ bytes: [UInt8]) -> JSONError.Reason? {
    do throws(JSONError) { _ = try readWhole(bytes) } catch { return error.reason }
    return nil
}

func reasonToRefuse(_ text: String) -> JSONError.Reason? { reasonToRefuse(Array(text.utf8)) }

/// The text of a JSON string, given with its quotation marks.
func readString(_ bytes: [UInt8]) throws(JSONError) -> [UInt8] {
    var text: [UInt8] = []
    try JSONReader(bytes.span).append(try readWhole(bytes), to: &text)
    return text
}
