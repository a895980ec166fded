// SPDX-License-Identifier: Apache-2.0
public import Foundation

extension Fixture {
    /// A policy of an organization, in the part of the API's policy language that the sandbox reads: `true`, `false`,
    /// `activity.type == '…'`, `activity.action == '…'`, `approvers.any(user, user.id == '…')`, `approvers.count() >=
    /// 2`, `!=`, `&&` and `||`.
    public struct Policy: Sendable, Hashable, Codable {
        /// The policy's id; a new one if absent.
        public var policyId: UUID?
        /// The policy's name.
        public var policyName: String
        /// `EFFECT_ALLOW` or `EFFECT_DENY`.
        public var effect: String
        /// Which users it is about, or which must approve; all if absent.
        public var consensus: String?
        /// Which activities it is about; all if absent.
        public var condition: String?

        /// Creates a policy.
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

    /// What the API's `stamp_login` can restrict a session to: requests of one kind, and a longest life.
    public struct SessionProfile: Sendable, Hashable, Codable {
        /// The profile's id; a new one if absent.
        public var sessionProfileId: UUID?
        /// The profile's name, and the `session_type` of its sessions' tokens.
        public var sessionProfileName: String
        /// An expression in the policy language that must be true of each submission of the session.
        public var scope: String
        /// The longest life of its sessions, as a positive decimal number in a string; no bound if absent.
        public var expirationSeconds: String?
        /// Notes for people.
        public var notes: String?

        /// Creates a profile.
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
