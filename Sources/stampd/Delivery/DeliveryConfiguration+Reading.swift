// SPDX-License-Identifier: Apache-2.0
import SignerCore
import Varlink

/// The configuration's member `delivery`, read strictly.
extension DeliveryConfiguration {
    /// A fault of the configuration; `offset` is its place, in bytes from the start of the text.
    struct ReadingError: Error, Equatable {
        enum Reason: Equatable {
            case json(JSONError.Reason)
            case unknownMember
            case missing(String)
            /// A member has an invalid value; `takes` says which values are valid.
            case invalid(String, takes: String)
            case approverKey(SSHSignatureError)
            case doubledApprover
            case doubled
        }

        let reason: Reason
        let offset: Int

        init(_ reason: Reason, at offset: Int) { (self.reason, self.offset) = (reason, offset) }

        init(_ error: JSONError) { (reason, offset) = (.json(error.reason), error.offset) }
    }

    /// Reads the object at the cursor.
    ///
    /// - Throws: If something is not understood, missing, or out of its range.
    init(reading reader: inout JSONReader) throws(ReadingError) {
        let start = reader.offset
        var members = Members()
        var approvers: [Approver]?
        try members.read(&reader, names: Self.names) { name, reader throws(ReadingError) in
            guard name == "approvers" else { return false }
            approvers = try Self.readApprovers(&reader)
            return true
        }
        guard let approvers else { throw ReadingError(.missing("approvers"), at: start) }
        self.approvers = approvers
        fleet = try members.text("fleet", takes: "1 to 32 of a-z 0-9 -", at: start, FleetNames.isFleet)
        let hostTakes = "a host's name, 1 to 253 of a-z 0-9 . _ : -"
        host = try members.text("host", takes: hostTakes, at: start, FleetNames.isHost)
        session = try members.session("session", at: start)
        expirationSeconds = try members.number("expirationSeconds", in: Self.expirationRange, at: start)
        if members.has("cardSeconds") {
            cardSeconds = try members.number("cardSeconds", in: Self.cardRange, at: start)
        }
        if members.has("endOnRevocation") { endOnRevocation = try members.flag("endOnRevocation") }
    }

    private static let names = [
        "fleet", "host", "session", "expirationSeconds", "cardSeconds", "endOnRevocation", "approvers",
    ]

    private static func readApprovers(_ reader: inout JSONReader) throws(ReadingError) -> [Approver] {
        var approvers: [Approver] = []
        var array = try reading { () throws(JSONError) in try reader.beginArray() }
        while try reading({ () throws(JSONError) in try reader.nextElement(in: &array) }) {
            let start = reader.offset
            let approver = try Approver(reading: &reader)
            guard !approvers.contains(where: { $0.key == approver.key }) else {
                throw ReadingError(.doubledApprover, at: start)
            }
            approvers.append(approver)
            guard approvers.count <= maximumApprovers else {
                throw ReadingError(.invalid("approvers", takes: "at most \(maximumApprovers) of them"), at: start)
            }
        }
        return approvers
    }
}

extension DeliveryConfiguration.Approver {
    private typealias ReadingError = DeliveryConfiguration.ReadingError

    fileprivate init(reading reader: inout JSONReader) throws(DeliveryConfiguration.ReadingError) {
        let start = reader.offset
        var members = Members()
        var lists: [String: (values: [[UInt8]], offset: Int)] = [:]
        try members.read(&reader, names: Self.names) { name, reader throws(DeliveryConfiguration.ReadingError) in
            guard name == "sessions" || name == "organizationIds" else { return false }
            let offset = reader.offset
            lists[name] = (try Self.readList(name, &reader), offset)
            return true
        }
        key = try members.key("key", at: start)
        sessions = try Self.set("sessions", lists, takes: "names of sessions", at: start) { SessionName($0.span) }
        organizationIds = try Self.set(
            "organizationIds",
            lists,
            takes: "ids of organizations, 1 to 128 bytes of printable ASCII",
            at: start
        ) { $0.isEmpty ? nil : Claim($0.span) }
        maximumExpirationSeconds = try members.number(
            "maximumExpirationSeconds",
            in: DeliveryConfiguration.expirationRange,
            at: start
        )
    }

    private static let names = ["key", "sessions", "organizationIds", "maximumExpirationSeconds"]

    private static func readList(_ name: String, _ reader: inout JSONReader) throws(ReadingError) -> [[UInt8]] {
        let offset = reader.offset
        var values: [[UInt8]] = []
        var array = try reading { () throws(JSONError) in try reader.beginArray() }
        while try reading({ () throws(JSONError) in try reader.nextElement(in: &array) }) {
            let token = try reading { () throws(JSONError) in try reader.value() }
            var value: [UInt8] = []
            guard token.kind == .string,
                (try? reader.append(token, to: &value, maximumByteCount: Members.maximumTextByteCount)) != nil
            else { throw ReadingError(.invalid(name, takes: "a list of texts"), at: token.start) }
            values.append(value)
        }
        guard (1...DeliveryConfiguration.maximumNames).contains(values.count) else {
            let takes = "1 to \(DeliveryConfiguration.maximumNames) entries"
            throw ReadingError(.invalid(name, takes: takes), at: offset)
        }
        return values
    }

    private static func set<Element: Hashable>(
        _ name: String,
        _ lists: [String: (values: [[UInt8]], offset: Int)],
        takes: String,
        at start: Int,
        _ read: ([UInt8]) -> Element?
    ) throws(ReadingError) -> Set<Element> {
        guard let list = lists[name] else { throw ReadingError(.missing(name), at: start) }
        var elements: Set<Element> = []
        for value in list.values {
            guard let element = read(value) else {
                throw ReadingError(.invalid(name, takes: takes), at: list.offset)
            }
            guard elements.insert(element).inserted else { throw ReadingError(.doubled, at: list.offset) }
        }
        return elements
    }
}

/// The members of one object, except those that are lists.
private struct Members {
    private enum Value {
        case text([UInt8])
        case number(Int64)
        case flag(Bool)
    }

    private var values: [String: (value: Value, offset: Int)] = [:]

    /// The longest text that is read, in bytes. The longest valid one is a key's line.
    static let maximumTextByteCount = 4096

    /// Reads an object of these members at the cursor. `readList` reads the value of a list, or returns that it is not one.
    mutating func read(
        _ reader: inout JSONReader,
        names: [String],
        _ readList: (String, inout JSONReader) throws(DeliveryConfiguration.ReadingError) -> Bool
    ) throws(DeliveryConfiguration.ReadingError) {
        var object = try reading { () throws(JSONError) in try reader.beginObject() }
        while let token = try reading({ () throws(JSONError) in try reader.nextName(in: &object) }) {
            guard let name = names.first(where: { reader.equals(token, $0) }) else {
                throw .init(.unknownMember, at: token.start)
            }
            guard try !readList(name, &reader) else { continue }
            let offset = reader.offset
            let value = try reading { () throws(JSONError) in try reader.value() }
            guard let read = Self.value(of: value, in: reader) else {
                throw .init(.invalid(name, takes: "another value"), at: offset)
            }
            values[name] = (read, offset)
        }
    }

    private static func value(of token: JSONToken, in reader: JSONReader) -> Value? {
        switch token.kind {
        case .integer: return (try? reader.int(token)).map(Value.number)
        case .bool: return (try? reader.bool(token)).map(Value.flag)
        case .string:
            var text: [UInt8] = []
            let isRead = (try? reader.append(token, to: &text, maximumByteCount: maximumTextByteCount)) != nil
            return isRead ? .text(text) : nil
        case .object, .array, .fraction, .null: return nil
        }
    }

    func has(_ name: String) -> Bool { values[name] != nil }

    func text(
        _ name: String,
        takes: String,
        at start: Int,
        _ isRight: (String) -> Bool
    ) throws(DeliveryConfiguration.ReadingError) -> String {
        let (value, offset) = try find(name, at: start)
        guard case .text(let bytes) = value, isRight(String(decoding: bytes, as: UTF8.self)) else {
            throw .init(.invalid(name, takes: takes), at: offset)
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    func session(_ name: String, at start: Int) throws(DeliveryConfiguration.ReadingError) -> SessionName {
        let (value, offset) = try find(name, at: start)
        guard case .text(let bytes) = value, let session = SessionName(bytes.span) else {
            throw .init(.invalid(name, takes: "1 to 64 of a-z 0-9 . _ -"), at: offset)
        }
        return session
    }

    func key(_ name: String, at start: Int) throws(DeliveryConfiguration.ReadingError) -> SSHPublicKey {
        let (value, offset) = try find(name, at: start)
        guard case .text(let bytes) = value else {
            throw .init(.invalid(name, takes: "the line of a public key"), at: offset)
        }
        do throws(SSHSignatureError) { return try SSHPublicKey(line: bytes.span) } catch {
            throw .init(.approverKey(error), at: offset)
        }
    }

    func number(
        _ name: String,
        in range: ClosedRange<Int64>,
        at start: Int
    ) throws(DeliveryConfiguration.ReadingError) -> Int64 {
        let (value, offset) = try find(name, at: start)
        guard case .number(let number) = value, range.contains(number) else {
            let takes = "a whole number from \(range.lowerBound) to \(range.upperBound)"
            throw .init(.invalid(name, takes: takes), at: offset)
        }
        return number
    }

    func flag(_ name: String) throws(DeliveryConfiguration.ReadingError) -> Bool {
        let (value, offset) = try find(name, at: 0)
        guard case .flag(let flag) = value else { throw .init(.invalid(name, takes: "true or false"), at: offset) }
        return flag
    }

    private func find(
        _ name: String,
        at start: Int
    ) throws(DeliveryConfiguration.ReadingError) -> (value: Value, offset: Int) {
        guard let found = values[name] else { throw .init(.missing(name), at: start) }
        return found
    }
}

/// Turns a fault of the JSON into one of the member.
private func reading<Value>(
    _ body: () throws(JSONError) -> Value
) throws(DeliveryConfiguration.ReadingError) -> Value {
    do throws(JSONError) { return try body() } catch { throw DeliveryConfiguration.ReadingError(error) }
}

extension DeliveryConfiguration.ReadingError {
    /// The fault as the end of a sentence. It repeats nothing of what was read.
    var message: String {
        switch reason {
        case .json(let reason): JSONError(reason: reason, offset: offset).message
        case .unknownMember: "a member that is none of delivery's and of an approver's at byte \(offset)"
        case .missing(let name): "'\(name)' is missing at byte \(offset)"
        case .invalid(let name, let takes): "\(name) takes \(takes), at byte \(offset)"
        case .approverKey(.keyKind):
            "key takes \(SSHPublicKey.Kind.allCases.map(\.rawValue).joined(separator: ", ")), at byte \(offset)"
        case .approverKey: "key is not the line of a public key as ssh-keygen writes it, at byte \(offset)"
        case .doubledApprover: "an approver whose key another one has at byte \(offset)"
        case .doubled: "an entry that stands twice at byte \(offset)"
        }
    }
}
