// SPDX-License-Identifier: Apache-2.0
import Varlink

/// The answer to GetCard of io.stampd.Delivery, read strictly.
enum CardAnswer {
    static let cardLimitBytes = 16 << 10

    /// Reads the card in `{"parameters":{"card":…}}`.
    ///
    /// - Parameter answer: A message without its NUL.
    /// - Returns: The card's bytes, at most 16 KiB: one JSON object in UTF-8.
    /// - Throws: `.refused` with an error's name; else `.notJSON`, `.notAnAnswer` or `.notACard`.
    static func card(in answer: Span<UInt8>) throws(EvidenceFault) -> [UInt8] {
        var reader = JSONReader(answer)
        let members: Members
        do throws(JSONError) { members = try Members(reading: &reader) } catch { throw .notJSON(error) }
        if let error = members.error { throw .refused(error: name(error, in: reader)) }
        guard let card = members.card, !members.hasOthers else { throw .notAnAnswer }
        var text: [UInt8] = []
        do throws(JSONError) {
            try reader.append(card, to: &text, maximumByteCount: cardLimitBytes)
            var inner = JSONReader(text.span)
            guard try inner.value().kind == .object else { throw JSONError(reason: .wrongType, offset: 0) }
            try inner.end()
        } catch { throw .notACard }
        return text
    }

    /// Makes an error's name safe for a line of the log.
    private static func name(_ token: JSONToken, in reader: borrowing JSONReader) -> String {
        guard let bytes = reader.bytesInPlace(token), (1...64).contains(bytes.count) else { return "an error" }
        var name = ""
        for offset in bytes.indices {
            let scalar = Unicode.Scalar(bytes[offset])
            guard scalar.properties.isAlphabetic || scalar == "." else { return "an error" }
            name.unicodeScalars.append(scalar)
        }
        return name
    }

    /// The places of the members of an answer.
    private struct Members {
        private(set) var error: JSONToken?
        private(set) var card: JSONToken?
        /// Whether the answer has a member that an answer to GetCard does not have.
        private(set) var hasOthers = false

        init(reading reader: inout JSONReader) throws(JSONError) {
            var object = try reader.beginObject()
            while let name = try reader.nextName(in: &object) {
                if reader.equals(name, "error") {
                    error = try reader.value()
                } else if reader.equals(name, "parameters") {
                    try readParameters(&reader)
                } else {
                    hasOthers = true
                    _ = try reader.value()
                }
            }
            try reader.end()
        }

        private mutating func readParameters(_ reader: inout JSONReader) throws(JSONError) {
            var object = try reader.beginObject()
            while let name = try reader.nextName(in: &object) {
                let value = try reader.value()
                if reader.equals(name, "card") { card = value } else { hasOthers = true }
            }
        }
    }
}
