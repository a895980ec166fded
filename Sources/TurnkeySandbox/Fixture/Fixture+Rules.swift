// SPDX-License-Identifier: Apache-2.0
public import Foundation

extension Fixture {
    /// A rule about who may do what, in the part of the API's policy language that the sandbox reads: `true`, `false`,
    /// `activity.type == '…'`, `activity.action == '…'`, `approvers.any(user, user.id == '…')`, `approvers.count() >= 2`, `!=`,
    /// `&&` and `||`.
    public struct Policy: Sendable, Hashable, Codable {
        /// A new one where absent.
        public var policyId: UUID?
        public var policyName: String
        /// `EFFECT_ALLOW` or `EFFECT_DENY`.
        public var effect: String
        /// Whom it concerns, or who has to approve; everyone where absent.
        public var consensus: String?
        /// What it concerns; everything where absent.
        public var condition: String?

        public init(
            policyId: UUID? = nil,
            policyName: String,
            effect: String,
            consensus: String? = nil,
            condition: String? = nil
        ) {
            self.policyId = policyId
            self.policyName = policyName
            self.effect = effect
            self.consensus = consensus
            self.condition = condition
        }
    }

    /// A limit that a session may be given by `stamp_login`.
    public struct SessionProfile: Sendable, Hashable, Codable {
        /// A new one where absent.
        public var sessionProfileId: UUID?
        /// Also the `session_type` of its sessions' tokens.
        public var sessionProfileName: String
        /// Must hold for each submission of the session; in a policy's language.
        public var scope: String
        /// The longest life of its sessions: a positive decimal number as a string; no limit where absent.
        public var expirationSeconds: String?
        public var notes: String?

        public init(
            sessionProfileId: UUID? = nil,
            sessionProfileName: String,
            scope: String,
            expirationSeconds: String? = nil,
            notes: String? = nil
        ) {
            self.sessionProfileId = sessionProfileId
            self.sessionProfileName = sessionProfileName
            self.scope = scope
            self.expirationSeconds = expirationSeconds
            self.notes = notes
        }
    }
}
