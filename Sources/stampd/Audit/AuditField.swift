// SPDX-License-Identifier: Apache-2.0

/// The fields of a record, as the journal shows them.
enum AuditField: String {
    case message = "MESSAGE"
    case messageId = "MESSAGE_ID"
    case priority = "PRIORITY"
    case syslogIdentifier = "SYSLOG_IDENTIFIER"
    case event = "STAMPD_EVENT"
    case peerUid = "STAMPD_PEER_UID"
    case account = "STAMPD_ACCOUNT"
    case peerPid = "STAMPD_PEER_PID"
    case peerUnit = "STAMPD_PEER_UNIT"
    case session = "STAMPD_SESSION"
    case publicKey = "STAMPD_PUBLIC_KEY"
    case payloadSHA256 = "STAMPD_PAYLOAD_SHA256"
    case activityType = "STAMPD_ACTIVITY_TYPE"
    case organizationId = "STAMPD_ORGANIZATION_ID"
    case claimedOrganizationId = "STAMPD_CLAIMED_ORGANIZATION_ID"
    case claimedUserId = "STAMPD_CLAIMED_USER_ID"
    case decision = "STAMPD_DECISION"
    case rule = "STAMPD_RULE"
    case confirmationId = "STAMPD_CONFIRMATION_ID"
    case microseconds = "STAMPD_MICROSECONDS"
    case leftOut = "STAMPD_LEFT_OUT"
    case lost = "STAMPD_LOST"
    case frameId = "STAMPD_FRAME_ID"
    case sequence = "STAMPD_SEQUENCE"
}
