// SPDX-License-Identifier: Apache-2.0
import Foundation

/// One record of a frame's audit.
struct AuditRecord: Renderable {
    /// When the journal received it: RFC 3339, UTC, milliseconds.
    let time: String
    let event: String
    let message: String
    let decision: String?
    let rule: String?
    let session: String?
    let publicKey: String?
    let uid: Int?
    let pid: Int?
    /// The caller's unit, if the frame could tell it.
    let callerUnit: String?
    let payloadSHA256: String?
    let activityType: String?
    let organizationId: String?
    let claimedOrganizationId: String?
    let claimedUserId: String?
    let microseconds: Int?
    let leftOut: Int?
    let lost: Int?
    /// The record's number in the frame's audit.
    let sequence: Int?

    /// Reads a record; nil if it lacks a field that every record has.
    ///
    /// - Parameter text: Returns a field's value by its name.
    init?(_ text: (String) -> String?) {
        guard let event = text("STAMPD_EVENT"), let message = text("MESSAGE"), text("MESSAGE_ID") != nil,
            let microseconds = text("__REALTIME_TIMESTAMP").flatMap({ Int64($0) })
        else {
            return nil
        }
        func number(_ name: String) -> Int? { text(name).flatMap { Int($0) } }
        time = makeTimeText(microseconds: microseconds)
        self.event = event
        self.message = message
        decision = text("STAMPD_DECISION")
        rule = text("STAMPD_RULE")
        session = text("STAMPD_SESSION")
        publicKey = text("STAMPD_PUBLIC_KEY")
        uid = number("STAMPD_PEER_UID")
        pid = number("STAMPD_PEER_PID")
        callerUnit = text("STAMPD_PEER_UNIT")
        payloadSHA256 = text("STAMPD_PAYLOAD_SHA256")
        activityType = text("STAMPD_ACTIVITY_TYPE")
        organizationId = text("STAMPD_ORGANIZATION_ID")
        claimedOrganizationId = text("STAMPD_CLAIMED_ORGANIZATION_ID")
        claimedUserId = text("STAMPD_CLAIMED_USER_ID")
        self.microseconds = number("STAMPD_MICROSECONDS")
        leftOut = number("STAMPD_LEFT_OUT")
        lost = number("STAMPD_LOST")
        sequence = number("STAMPD_SEQUENCE")
    }

    var lines: [String] {
        let values: [(String, String?)] = [
            ("rule", rule), ("unit", callerUnit), ("session", session), ("key", publicKey),
            ("payload", payloadSHA256), ("type", activityType), ("organization", organizationId),
            ("claimed-organization", claimedOrganizationId), ("claimed-user", claimedUserId),
            ("left-out", leftOut.map { "\($0)" }), ("lost", lost.map { "\($0)" }),
        ]
        let details = values.compactMap { name, value in value.map { "\(name)=\(quote($0))" } }
        return [([time, message] + details).joined(separator: " ")]
    }

    /// Quotes a value with a space in it, which could pass for further fields.
    private func quote(_ value: String) -> String {
        guard value.contains(where: { $0.isWhitespace || $0 == "\"" }) else { return value }
        return "\"\(value.replacing("\\", with: "\\\\").replacing("\"", with: "\\\""))\""
    }
}

/// Formats a time: RFC 3339, UTC, milliseconds.
func makeTimeText(microseconds: Int64) -> String {
    let date = Date(timeIntervalSince1970: Double(microseconds) / 1_000_000)
    return Date.ISO8601FormatStyle(includingFractionalSeconds: true).format(date)
}
