// SPDX-License-Identifier: Apache-2.0
import Foundation

/// A submission whose parameters were read.
struct Submission {
    /// A submission of this age or older is refused.
    static let oldestSeconds: TimeInterval = 3600
    /// A submission may be this far ahead of the sandbox's clock.
    static let furthestAheadSeconds: TimeInterval = 300

    let kind: ActivityKind
    let command: any ActivityCommand
    /// The parameters as they came.
    let parameters: JSONObject

    /// Reads `parameters` as `command` defines them. The body may hold nothing else.
    init(
        reading fields: inout FieldReader,
        as command: any ActivityCommand.Type,
        _ kind: ActivityKind
    ) throws(APIRefusal) {
        self.kind = kind
        parameters = try fields.object("parameters")
        // The API can prove where it ran; the sandbox cannot, and ignores it.
        _ = try fields.optionalBool("generateAppProofs")
        try fields.finish()
        var reader = FieldReader(parameters)
        self.command = try command.init(reading: &reader, as: kind)
        try reader.finish()
    }

    /// Checks `timestampMs` against the clock, then `type` against what the path serves.
    ///
    /// - Returns: The kind of activity.
    static func check(
        _ fields: inout FieldReader,
        kinds: [ActivityKind],
        at now: Date
    ) throws(APIRefusal) -> ActivityKind {
        let text = try fields.string("timestampMs")
        // `Int64` alone would accept a sign too.
        guard text.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let milliseconds = Int64(text) else {
            throw fields.invalid("timestampMs", "must be Unix milliseconds in decimal digits")
        }
        let timestamp = Date(timeIntervalSince1970: TimeInterval(milliseconds) / 1000)
        let age = now.timeIntervalSince(timestamp)
        guard age < oldestSeconds, -age <= furthestAheadSeconds else { throw .timestampOutOfRange }
        let type = try fields.string("type")
        guard let kind = kinds.first(where: { $0.type == type }) else { throw .activityType(type) }
        return kind
    }
}
