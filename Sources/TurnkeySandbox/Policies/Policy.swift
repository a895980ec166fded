// SPDX-License-Identifier: Apache-2.0
import Foundation

/// A rule of an organization about who may do what. It holds where all of its expressions do.
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

    /// Whether it allows what it is about once enough of `members` have approved it, and `userId` is one whom it counts.
    func counts(_ userId: UUID, among members: Set<UUID>, for kind: ActivityKind) -> Bool {
        guard effect == .allow, let consensus else { return false }
        return consensus.counts(userId, among: members, for: kind)
            && condition?.holds(for: PolicyExpression.Request(kind: kind, approvers: members)) ?? true
    }
}

extension Organization {
    enum Decision {
        case allowed
        /// Others have to approve it first.
        case needsConsensus
    }

    /// Decides as the API does: a quorum of root users may do anything; else whatever a policy denies is denied, whatever
    /// one allows is allowed, everyone may change what they sign in with themselves, and the rest is denied. What would be
    /// allowed if others approved it as well waits for them. `userId` is whose approval is the newest.
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

    /// Whether an approval of this user's counts towards an activity of this kind: a root user's always does.
    func hasSay(_ userId: UUID, in kind: ActivityKind) -> Bool {
        let members = Set(users.map(\.id))
        return rootUserIds.contains(userId) || policies.contains { $0.counts(userId, among: members, for: kind) }
    }

    private var rootUserIds: Set<UUID> { Set(users.filter(\.isRoot).map(\.id)) }
}
