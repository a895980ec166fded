// SPDX-License-Identifier: Apache-2.0
import SignerCore

/// The configuration's member `delivery`: the session that the frame asks its fleet's approvers for, and the approvers.
struct DeliveryConfiguration: Equatable, Sendable {
    let fleet: String
    let host: String
    let session: SessionName
    let expirationSeconds: Int64
    var cardSeconds: Int64 = 3600
    var endOnRevocation = false
    let approvers: [Approver]

    struct Approver: Equatable, Sendable {
        let key: SSHPublicKey
        let sessions: Set<SessionName>
        let organizationIds: Set<Claim>
        let maximumExpirationSeconds: Int64

        /// Whether this approver may start this session, for this organization.
        func allows(_ session: SessionName, _ organizationId: Claim) -> Bool {
            sessions.contains(session) && organizationIds.contains(organizationId)
        }
    }

    /// The valid lives of a session, and the valid limits of an approver, in seconds. A session of less than 10 s would
    /// end on its way to the frame.
    static let expirationRange: ClosedRange<Int64> = 10...FrameLimits.longestExpirationSeconds
    static let cardRange: ClosedRange<Int64> = 1...FrameLimits.longestPendingKeySeconds
    static let maximumApprovers = 64
    static let maximumNames = 64
}
