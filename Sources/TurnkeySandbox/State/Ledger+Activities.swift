// SPDX-License-Identifier: Apache-2.0
import Foundation

extension Ledger {
    /// Checks the scope of the caller's session, then the policies of the caller's organization.
    func authorize(_ submission: Submission, from caller: Caller) throws(APIRefusal) -> Organization.Decision {
        let organization = try directory.organization(caller.organizationId)
        try checkScope(of: caller, for: submission.kind, in: organization)
        return try organization.decide(
            PolicyExpression.Request(kind: submission.kind, approvers: [caller.userId]),
            newest: caller.userId,
            isOwnCredential: submission.command.concernsOnly(caller.userId)
        )
    }

    /// Checks the scope of the caller's session.
    ///
    /// - Throws: `.notAuthorized` if the session's profile does not allow this kind.
    func checkScope(of caller: Caller, for kind: ActivityKind, in organization: Organization) throws(APIRefusal) {
        guard let id = caller.sessionProfileId else { return }
        let profile = try directory.sessionProfile(id.text, for: organization)
        let request = PolicyExpression.Request(kind: kind, approvers: [caller.userId])
        guard profile.scope.holds(for: request) else { throw .notAuthorized }
    }

    /// Makes an activity from a submission, and executes it unless it waits for polls or approvals.
    ///
    /// What could not be executed now is refused now, pending or not.
    mutating func accept(
        _ submission: Submission,
        _ body: Data,
        _ decision: Organization.Decision,
        from caller: Caller,
        in place: UUID,
        at now: Date
    ) throws(APIRefusal) -> Activity {
        let vote = try makeVote(.approved, String(decoding: body, as: UTF8.self), from: caller, at: now)
        var trial = directory
        let result = try submission.command.execute(in: &trial, for: context(caller.userId, in: place, now))
        let status: Activity.Status
        switch decision {
        case .needsConsensus: status = .consensusNeeded
        case .allowed where pendingPolls > 0: status = .pending(pollsLeft: pendingPolls)
        case .allowed:
            directory = trial
            status = .completed(result: result)
        }
        let activity = Activity(
            id: .version7(at: now),
            organizationId: place,
            kind: submission.kind,
            command: submission.command,
            parameters: submission.parameters.withoutNulls,
            votes: [vote],
            fingerprint: Activity.fingerprint(of: body),
            createdAt: now,
            updatedAt: now,
            status: status
        )
        try store(activity)
        return activity
    }

    /// Counts a poll of a pending activity. The last poll executes it.
    mutating func poll(_ activity: Activity, at now: Date) throws(APIRefusal) -> Activity {
        guard case .pending(let pollsLeft) = activity.status else { return activity }
        var activity = activity
        if pollsLeft > 1 {
            activity.status = .pending(pollsLeft: pollsLeft - 1)
        } else {
            activity.status = execute(activity, at: now)
            activity.updatedAt = now
        }
        try store(activity)
        return activity
    }

    /// Counts a poll by a key that a pending activity will register. It may ask for that activity with its own stamps,
    /// also in the parent's name; it is refused until it is registered, but its polls count.
    mutating func countPoll(_ endpoint: Endpoint, _ body: RequestBody, in target: Organization, at now: Date) {
        var fields = body.fields
        guard endpoint == .getActivity, let id = try? fields.string("activityId") else { return }
        let places = [target] + directory.subOrganizations(of: target.id)
        guard let activity = places.lazy.compactMap({ try? $0.activity(id) }).first else { return }
        _ = try? poll(activity, at: now)
    }

    /// Executes an activity that was allowed later, unless it waits for polls.
    mutating func begin(_ activity: Activity, at now: Date) -> Activity.Status {
        pendingPolls == 0 ? execute(activity, at: now) : .pending(pollsLeft: pendingPolls)
    }

    private mutating func execute(_ activity: Activity, at now: Date) -> Activity.Status {
        var trial = directory
        do throws(APIRefusal) {
            let context = context(activity.submitter.id, in: activity.organizationId, now)
            let result = try activity.command.execute(in: &trial, for: context)
            directory = trial
            return .completed(result: result)
        } catch {
            return .failed(error)
        }
    }

    mutating func store(_ activity: Activity) throws(APIRefusal) {
        var organization = try directory.organization(activity.organizationId)
        organization.store(activity)
        directory.store(organization)
    }

    private func context(_ userId: UUID, in organizationId: UUID, _ now: Date) -> ActivityContext {
        ActivityContext(
            organizationId: organizationId,
            userId: userId,
            now: now,
            parties: parties,
            notarizer: notarizer
        )
    }

    func activityAnswer(_ activity: Activity, for caller: Caller, at now: Date) -> JSONObject {
        ["activity": .object(json(of: activity, for: caller, at: now))]
    }
}
