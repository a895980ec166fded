// SPDX-License-Identifier: Apache-2.0
import Foundation

extension Ledger {
    /// Asks the scope of the caller's session, then the policies of their organization.
    func authorize(_ submission: Submission, from caller: Caller) throws(APIRefusal) {
        let organization = try directory.organization(caller.organizationId)
        let request = PolicyExpression.Request(kind: submission.kind, userId: caller.userId)
        if let id = caller.sessionProfileId {
            let profile = try directory.sessionProfile(id.text, for: organization)
            guard profile.scope.holds(for: request) else { throw .notAuthorized }
        }
        try organization.decide(request, isOwnCredential: submission.command.concernsOnly(caller.userId))
    }

    /// Makes an activity of a submission, and does it unless polls are to do so.
    ///
    /// What could not be done now is refused now, pending or not.
    mutating func accept(
        _ submission: Submission,
        _ body: Data,
        from caller: Caller,
        in place: UUID,
        at now: Date
    ) throws(APIRefusal) -> Activity {
        guard let signature = caller.signature else { throw .stampMissing(.submit) }
        let user = try directory.organization(caller.organizationId).user(caller.userId)
        var trial = directory
        let result = try submission.command.execute(in: &trial, for: context(caller.userId, in: place, now))
        if pendingPolls == 0 { directory = trial }
        let activity = Activity(
            id: .version7(at: now),
            organizationId: place,
            kind: submission.kind,
            command: submission.command,
            parameters: submission.parameters.withoutNulls,
            vote: Vote(
                id: UUID(),
                user: user,
                message: String(decoding: body, as: UTF8.self),
                signature: signature,
                createdAt: now
            ),
            fingerprint: Activity.fingerprint(of: body),
            createdAt: now,
            updatedAt: now,
            status: pendingPolls == 0 ? .completed(result: result) : .pending(pollsLeft: pendingPolls)
        )
        try store(activity)
        return activity
    }

    /// Counts a poll of a pending activity; the last one does it.
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

    /// A key that a pending activity is to register may ask for that activity with its own stamps, also in the parent's
    /// name. It is refused until it is registered, and yet the time passes that is counted in polls here.
    mutating func countPoll(_ endpoint: Endpoint, _ body: RequestBody, in target: Organization, at now: Date) {
        var fields = body.fields
        guard endpoint == .getActivity, let id = try? fields.string("activityId") else { return }
        let places = [target] + directory.subOrganizations(of: target.id)
        guard let activity = places.lazy.compactMap({ try? $0.activity(id) }).first else { return }
        _ = try? poll(activity, at: now)
    }

    private mutating func execute(_ activity: Activity, at now: Date) -> Activity.Status {
        var trial = directory
        do throws(APIRefusal) {
            let context = context(activity.vote.user.id, in: activity.organizationId, now)
            let result = try activity.command.execute(in: &trial, for: context)
            directory = trial
            return .completed(result: result)
        } catch {
            return .failed(error)
        }
    }

    private mutating func store(_ activity: Activity) throws(APIRefusal) {
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

    func activityAnswer(_ activity: Activity) -> JSONObject {
        ["activity": .object(activity.json)]
    }
}
