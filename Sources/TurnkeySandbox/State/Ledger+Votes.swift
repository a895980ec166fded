// SPDX-License-Identifier: Apache-2.0
import Foundation

extension Ledger {
    /// Counts a vote, executes the activity once it is allowed, and returns it.
    ///
    /// The same bytes again are the same vote.
    mutating func vote(
        _ decision: ActivityDecision,
        _ fields: FieldReader,
        _ body: Data,
        from caller: Caller,
        in place: Organization,
        at now: Date
    ) throws(APIRefusal) -> Activity {
        guard caller.organizationId == place.id else {
            throw .organizationMismatch(target: place.id.text, caller: caller.organizationId.text)
        }
        var fields = fields
        _ = try Submission.check(&fields, kinds: [decision.kind], at: now)
        let message = String(decoding: body, as: UTF8.self)
        if let earlier = place.activities.first(where: { $0.votes.contains { $0.message == message } }) {
            return try poll(earlier, at: now)
        }
        let fingerprint = try decision.read(&fields)
        try checkScope(of: caller, for: decision.kind, in: place)
        guard var activity = place.activity(fingerprint: fingerprint) else { throw .fingerprintNotFound }
        guard case .consensusNeeded = activity.status else { throw .consensusNotNeeded }
        guard place.hasSay(caller.userId, in: activity.kind) else { throw .notAuthorized }
        let vote = try makeVote(decision.selection, message, from: caller, at: now)
        switch decision.selection {
        case .rejected: activity.status = .rejected
        case .approved:
            var approvers = activity.approvers(at: now)
            guard approvers.insert(caller.userId).inserted else { throw .alreadyVoted }
            let request = PolicyExpression.Request(kind: activity.kind, approvers: approvers)
            let outcome = try place.decide(request, newest: caller.userId, isOwnCredential: false)
            if outcome == .allowed { activity.status = begin(activity, at: now) }
        }
        activity.votes.append(vote)
        activity.updatedAt = now
        try store(activity)
        return activity
    }

    func makeVote(
        _ selection: Vote.Selection,
        _ message: String,
        from caller: Caller,
        at now: Date
    ) throws(APIRefusal) -> Vote {
        guard let signature = caller.signature else { throw .stampMissing(.submit) }
        return Vote(
            id: UUID(),
            selection: selection,
            user: try directory.organization(caller.organizationId).user(caller.userId),
            message: message,
            signature: signature,
            createdAt: now
        )
    }

    /// The activity as `caller` sees it. When no vote is awaited any more, both flags are as for a completed one.
    func json(of activity: Activity, for caller: Caller, at now: Date) -> JSONObject {
        guard case .consensusNeeded = activity.status else { return activity.json(canApprove: false, canReject: true) }
        let place = try? directory.organization(activity.organizationId)
        let hasSay = place?.hasSay(caller.userId, in: activity.kind) ?? false
        return activity.json(
            canApprove: hasSay && !activity.approvers(at: now).contains(caller.userId),
            canReject: hasSay
        )
    }
}
