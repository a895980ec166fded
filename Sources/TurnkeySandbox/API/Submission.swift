// SPDX-License-Identifier: Apache-2.0
import Foundation

/// A submission whose parameters were read.
struct Submission {
    /// A submission this old is refused, and one of this age is refused too.
    static let oldestSeconds: TimeInterval = 3600
    /// A submission may be this far ahead of the sandbox's clock.
    static let furthestAheadSeconds: TimeInterval = 300

    let command: any ActivityCommand
    /// As they came.
    let parameters: JSONObject

    /// Reads `parameters` as `command` has them; nothing else may be in the body.
    init(reading fields: inout FieldReader, as command: any ActivityCommand.Type) throws(APIError) {
        parameters = try fields.read { reader throws(FieldError) in
            let parameters = try reader.object("parameters")
            // The API can prove where it ran; the sandbox runs nowhere special, and says nothing of it.
            _ = try reader.optionalBool("generateAppProofs")
            try reader.finish()
            return parameters
        }
        var reader = FieldReader(parameters)
        self.command = try command.init(reading: &reader)
        try reader.read { reader throws(FieldError) in try reader.finish() }
    }

    /// Checks `timestampMs` against the clock, then `type` against what the path serves.
    static func check(_ fields: inout FieldReader, type expected: String, at now: Date) throws(APIError) {
        let timestamp = try fields.read { reader throws(FieldError) in
            let text = try reader.string("timestampMs")
            guard text.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let milliseconds = Int64(text) else {
                throw reader.invalid("timestampMs", "must be Unix milliseconds in decimal digits")
            }
            return Date(timeIntervalSince1970: TimeInterval(milliseconds) / 1000)
        }
        let age = now.timeIntervalSince(timestamp)
        guard age < oldestSeconds, -age <= furthestAheadSeconds else { throw .timestampOutOfRange }
        let type = try fields.read { reader throws(FieldError) in try reader.string("type") }
        guard type == expected else { throw .activityType(type) }
    }
}
