// SPDX-License-Identifier: Apache-2.0
import Varlink

/// The strings `type` and `organizationId` of a payload's outermost object.
///
/// Read strictly: if the bytes are not a JSON object, both are absent; if they begin one and have any fault, a repeated
/// name included, both are `invalid`.
struct PayloadSubject {
    enum Value {
        case absent
        /// 1 to 128 printable ASCII bytes without escapes.
        case text(Range<Int>)
        case invalid
        /// The payload is longer, or has more members, than the audit reads.
        case unread
    }

    private(set) var activityType = Value.absent
    private(set) var organizationId = Value.absent
    /// How many bytes were read.
    private(set) var readByteCount = 0

    /// The most that reading may cost, in members, elements and bytes of names. An activity of a hundred accounts has
    /// some 500 members; reading 3,000 names with escapes would cost a hundred times the signature.
    static let budget = JSONBudget(members: 1024, nameBytes: 8 * 1024)

    /// Reads a payload, unless it has more than `maximumByteCount` bytes.
    init(of payload: Span<UInt8>, maximumByteCount: Int) {
        guard payload.count <= maximumByteCount else {
            (activityType, organizationId) = (.unread, .unread)
            return
        }
        var reader = JSONReader(payload)
        reader.budget = Self.budget
        var object: JSONObject
        do throws(JSONError) { object = try reader.beginObject() } catch { return }
        do throws(JSONError) { try read(&object, in: &reader) } catch {
            let value = error.reason == .overBudget ? Value.unread : .invalid
            (activityType, organizationId) = (value, value)
        }
        readByteCount = reader.offset
    }

    private mutating func read(_ object: inout JSONObject, in reader: inout JSONReader) throws(JSONError) {
        while let name = try reader.nextName(in: &object) {
            let value = try reader.value()
            if reader.equals(name, "type") { activityType = Self.judge(value, in: reader) }
            if reader.equals(name, "organizationId") { organizationId = Self.judge(value, in: reader) }
        }
        try reader.end()
    }

    private static func judge(_ token: JSONToken, in reader: JSONReader) -> Value {
        guard let text = reader.bytesInPlace(token), (1...128).contains(text.count) else { return .invalid }
        for index in text.indices where !(0x20...0x7e).contains(text[index]) { return .invalid }
        return .text(token.start..<token.end)
    }
}

extension AuditRecord {
    mutating func add(_ field: AuditField, _ value: PayloadSubject.Value, of payload: Span<UInt8>) {
        switch value {
        case .absent: break
        case .invalid: add(field, "invalid")
        case .unread: add(field, "unread")
        case .text(let range):
            let text = payload.extracting(range)
            add(field) { bytes in for index in text.indices { bytes.append(text[index]) } }
        }
    }
}
