// SPDX-License-Identifier: Apache-2.0
import Foundation

/// A policy of an organization. It applies if all of its expressions are true.
struct Policy {
    enum Effect: String {
        case allow = "EFFECT_ALLOW"
        case deny = "EFFECT_DENY"
    }

    let id: UUID
    let name: String
    let effect: Effect
    let consensus: PolicyExpression?
    let condition: PolicyExpression?

    func applies(to request: PolicyExpression.Request) -> Bool {
        [consensus, condition].allSatisfy { $0?.holds(for: request) ?? true }
    }

    /// Whether it allows the activity once enough of `members` have approved, and `userId`'s approval counts.
    func counts(_ userId: UUID, among members: Set<UUID>, for kind: ActivityKind) -> Bool {
        guard effect == .allow, let consensus else { return false }
        return consensus.counts(userId, among: members, for: kind)
            && condition?.holds(for: PolicyExpression.Request(kind: kind, approvers: members)) ?? true
    }
}

extension Organization {
    enum Decision {
        case allowed
        /// Other users have to approve it first.
        case needsConsensus
    }

    /// Decides as the API does: a quorum of root users may do anything; else what a policy denies is denied, what one
    /// allows is allowed, users may change their own credentials, and the rest is denied. What would be allowed with
    /// others' approvals waits for them. `userId` is the user of the newest approval.
    ///
    /// - Throws: `.notAuthorized`.
    func decide(
        _ request: PolicyExpression.Request,
        newest userId: UUID,
        isOwnCredential: Bool
    ) throws(APIRefusal) -> Decision {
        if rootUserIds.intersection(request.approvers).count >= rootQuorumThreshold { return .allowed }
        let effects = policies.filter { $0.applies(to: request) }.map(\.effect)
        guard !effects.contains(.deny) else { throw .notAuthorized }
        if isOwnCredential || effects.contains(.allow) { return .allowed }
        guard hasSay(userId, in: request.kind) else { throw .notAuthorized }
        return .needsConsensus
    }

    /// Whether this user's approval counts towards an activity of this kind; a root user's always does.
    func hasSay(_ userId: UUID, in kind: ActivityKind) -> Bool {
        let members = Set(users.map(\.id))
        return rootUserIds.contains(userId) || policies.contains { $0.counts(userId, among: members, for: kind) }
    }

    private var rootUserIds: Set<UUID> { Set(users.filter(\.isRoot).map(\.id)) }
}
