// SPDX-License-Identifier: Apache-2.0
import Glibc
import Varlink

/// Reads the configuration's member `authorization`: an object of sockets, each with `uids`, `gids`, `units` and
/// `mayName`.
extension AuthorizationRules {
    /// The most entries of a list.
    static let maximumCount = 256

    /// Reads the object at the cursor.
    ///
    /// - Throws: `ReadingError` for anything unknown, and for a list that would let no peer in.
    init(reading reader: inout JSONReader) throws(ReadingError) {
        var object = try reading { () throws(JSONError) in try reader.beginObject() }
        while let token = try reading({ () throws(JSONError) in try reader.nextName(in: &object) }) {
            let name = reader.plainText(token)
            guard PassedSocket.kind(named: name) != nil else { throw ReadingError(.unknownSocket, at: token) }
            sockets[name] = try Rule(reading: &reader)
        }
    }

    /// A fault of the rules, with its place: `offset` counts bytes from the start of what is read.
    struct ReadingError: Error, Equatable {
        enum Reason: Equatable {
            case json(JSONError.Reason)
            case unknownSocket
            case unknownMember
            case unknownNaming
            case emptyNaming
            case emptyList
            case tooMany
            case doubled
            case notAnId
            case notAUnit
        }

        let reason: Reason
        let offset: Int

        init(_ reason: Reason, at token: JSONToken) {
            self.reason = reason
            offset = token.start
        }

        init(_ error: JSONError) {
            reason = .json(error.reason)
            offset = error.offset
        }

        /// The fault as the end of a sentence; repeats nothing of what was read.
        var message: String {
            if case .json(let reason) = reason { return JSONError(reason: reason, offset: offset).message }
            return "\(reason.message) at byte \(offset)"
        }
    }
}

extension AuthorizationRules.ReadingError.Reason {
    fileprivate var message: String {
        switch self {
        case .json(let reason): "\(reason)"
        case .unknownSocket: "a socket that is none of control, deliver, stamp and stamp-NAME"
        case .unknownMember: "a rule that is none of uids, gids, units and mayName"
        case .unknownNaming: "a member of mayName that is neither uids nor units"
        case .emptyNaming: "a mayName without uids and units, which would list every peer,"
        case .emptyList: "an empty list, which would exclude every peer,"
        case .tooMany: "a list of more than \(AuthorizationRules.maximumCount) entries"
        case .doubled: "an entry that stands twice"
        case .notAnId: "an entry that is not the number of a user or group (id -u NAME, id -g NAME)"
        case .notAUnit: "an entry that is no unit's name (app.service, app@.service, user@1000.service/app.service)"
        }
    }
}

extension AuthorizationRules.Rule {
    fileprivate init(reading reader: inout JSONReader) throws(AuthorizationRules.ReadingError) {
        var object = try reading { () throws(JSONError) in try reader.beginObject() }
        while let name = try reading({ () throws(JSONError) in try reader.nextName(in: &object) }) {
            if reader.equals(name, "mayName") {
                mayName = try AuthorizationRules.MayName(reading: &reader, behind: name)
                continue
            }
            let tokens = try reading { () throws(JSONError) in try reader.elements() }
            if reader.equals(name, "uids") {
                uids = try Self.ids(tokens, in: reader, behind: name)
            } else if reader.equals(name, "gids") {
                gids = try Self.ids(tokens, in: reader, behind: name)
            } else if reader.equals(name, "units") {
                units = try Self.units(tokens, in: reader, behind: name)
            } else {
                throw .init(.unknownMember, at: name)
            }
        }
    }

    fileprivate static func units(
        _ tokens: [JSONToken],
        in reader: borrowing JSONReader,
        behind name: JSONToken
    ) throws(AuthorizationRules.ReadingError) -> Set<String> {
        try set(tokens, behind: name) { token throws(AuthorizationRules.ReadingError) in
            let unit = reader.plainText(token)
            guard PeerUnit.isRuleName(unit) else { throw .init(.notAUnit, at: token) }
            return unit
        }
    }

    fileprivate static func ids(
        _ tokens: [JSONToken],
        in reader: borrowing JSONReader,
        behind name: JSONToken
    ) throws(AuthorizationRules.ReadingError) -> Set<UInt32> {
        try set(tokens, behind: name) { token throws(AuthorizationRules.ReadingError) in
            // -1 is no user or group: where an id is set, it means "unchanged" (setreuid(2)).
            guard let number = try? reader.int(token), let id = UInt32(exactly: number), id != .max else {
                throw .init(.notAnId, at: token)
            }
            return id
        }
    }

    private static func set<Element>(
        _ tokens: [JSONToken],
        behind name: JSONToken,
        _ read: (JSONToken) throws(AuthorizationRules.ReadingError) -> Element
    ) throws(AuthorizationRules.ReadingError) -> Set<Element> {
        guard !tokens.isEmpty else { throw .init(.emptyList, at: name) }
        guard tokens.count <= AuthorizationRules.maximumCount else { throw .init(.tooMany, at: name) }
        var elements: Set<Element> = []
        for token in tokens {
            guard elements.insert(try read(token)).inserted else { throw .init(.doubled, at: token) }
        }
        return elements
    }
}

extension AuthorizationRules.MayName {
    fileprivate init(
        reading reader: inout JSONReader,
        behind member: JSONToken
    ) throws(AuthorizationRules.ReadingError) {
        var object = try reading { () throws(JSONError) in try reader.beginObject() }
        while let name = try reading({ () throws(JSONError) in try reader.nextName(in: &object) }) {
            let tokens = try reading { () throws(JSONError) in try reader.elements() }
            if reader.equals(name, "uids") {
                uids = try AuthorizationRules.Rule.ids(tokens, in: reader, behind: name)
            } else if reader.equals(name, "units") {
                units = try AuthorizationRules.Rule.units(tokens, in: reader, behind: name)
            } else {
                throw .init(.unknownNaming, at: name)
            }
        }
        guard uids != nil || units != nil else { throw .init(.emptyNaming, at: member) }
    }
}

/// Runs `body`, and converts a fault of the JSON to one of the rules.
private func reading<Value>(
    _ body: () throws(JSONError) -> Value
) throws(AuthorizationRules.ReadingError) -> Value {
    do throws(JSONError) { return try body() } catch { throw AuthorizationRules.ReadingError(error) }
}

extension JSONReader {
    /// Reads the values of the array at the cursor.
    fileprivate mutating func elements() throws(JSONError) -> [JSONToken] {
        var tokens: [JSONToken] = []
        var array = try beginArray()
        while try nextElement(in: &array) { tokens.append(try value()) }
        return tokens
    }

    /// Returns the text of a string without escapes, which no name here needs; empty for anything else.
    fileprivate func plainText(_ token: JSONToken) -> String {
        guard let bytes = bytesInPlace(token) else { return "" }
        var text: [UInt8] = []
        for index in bytes.indices { text.append(bytes[index]) }
        return String(decoding: text, as: UTF8.self)
    }
}
