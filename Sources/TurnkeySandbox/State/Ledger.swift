// SPDX-License-Identifier: Apache-2.0
import Foundation

/// One call to the API: which path, whose stamp, and the bytes that were stamped.
struct APIRequest: Sendable {
    let endpoint: Endpoint
    let stamps: StampHeaders
    let body: Data
}

/// All that the sandbox knows, and the order in which a request is checked. No I/O; the time comes in.
///
/// Stamp present, stamp readable, body JSON, organization, key known, signature, key not expired; then for a submission
/// the timestamp, the type, whether it was made before, and the parameters.
struct Ledger {
    private var organizations: [UUID: Organization] = [:]
    private let parties: RelyingParties
    private let notarizer: Notarizer
    /// How many polls an activity needs to complete; 0 completes it at once.
    private let pendingPolls: Int

    init(_ organizations: [Organization], parties: RelyingParties, notarizer: Notarizer, pendingPolls: Int) {
        for organization in organizations {
            self.organizations[organization.id] = organization
        }
        self.parties = parties
        self.notarizer = notarizer
        self.pendingPolls = pendingPolls
    }

    /// Answers one request. A refusal changes nothing, but for the counter of a passkey whose stamp was good, and for the
    /// activity that an unknown key asks for.
    mutating func answer(_ request: APIRequest, at now: Date) throws(APIRefusal) -> JSONObject {
        let stamp = try Stamp(reading: request.stamps, for: request.endpoint.family)
        let body = try RequestBody(request.body)
        guard var organization = organizations[body.organizationId] else { throw .organizationNotFound }
        defer { organizations[organization.id] = organization }
        let caller: Caller
        do throws(APIRefusal) {
            caller = try organization.authenticate(stamp, of: request.body, for: parties, at: now)
        } catch {
            if case .publicKeyNotFound = error { countPoll(request.endpoint, body, in: &organization, at: now) }
            throw error
        }
        guard let command = request.endpoint.command else {
            return try answerQuery(request.endpoint, body, from: caller, in: &organization, at: now)
        }
        var fields = body.fields
        try Submission.check(&fields, type: command.kind.type, at: now)
        if let earlier = organization.activity(fingerprint: Activity.fingerprint(of: request.body)) {
            return activityAnswer(poll(earlier, in: &organization, at: now))
        }
        let submission = try Submission(reading: &fields, as: command)
        return activityAnswer(try accept(submission, request.body, from: caller, in: &organization, at: now))
    }
}

// Activities
extension Ledger {
    /// Makes an activity of a submission, and does it unless polls are to do so.
    ///
    /// What could not be done now is refused now, pending or not.
    private func accept(
        _ submission: Submission,
        _ body: Data,
        from caller: Caller,
        in organization: inout Organization,
        at now: Date
    ) throws(APIRefusal) -> Activity {
        let user = try organization.user(caller.userId)
        var trial = organization
        let result = try submission.command.execute(in: &trial, for: context(caller.userId, now))
        if pendingPolls == 0 { organization = trial }
        let activity = Activity(
            id: .version7(at: now),
            organizationId: organization.id,
            command: submission.command,
            parameters: submission.parameters.withoutNulls,
            vote: Vote(
                id: UUID(),
                user: user,
                message: String(decoding: body, as: UTF8.self),
                caller: caller,
                createdAt: now
            ),
            fingerprint: Activity.fingerprint(of: body),
            createdAt: now,
            updatedAt: now,
            status: pendingPolls == 0 ? .completed(result: result) : .pending(pollsLeft: pendingPolls)
        )
        organization.store(activity)
        return activity
    }

    /// Counts a poll of a pending activity; the last one does it.
    func poll(_ activity: Activity, in organization: inout Organization, at now: Date) -> Activity {
        guard case .pending(let pollsLeft) = activity.status else { return activity }
        var activity = activity
        if pollsLeft > 1 {
            activity.status = .pending(pollsLeft: pollsLeft - 1)
        } else {
            activity.status = execute(activity, in: &organization, at: now)
            activity.updatedAt = now
        }
        organization.store(activity)
        return activity
    }

    /// A key that a pending activity is to register may ask for that activity with its own stamps. It is refused until it
    /// is registered, and yet the time passes that is counted in polls here.
    private func countPoll(_ endpoint: Endpoint, _ body: RequestBody, in organization: inout Organization, at now: Date)
    {
        var fields = body.fields
        guard endpoint == .getActivity, let id = try? fields.string("activityId"),
            let activity = try? organization.activity(id)
        else { return }
        _ = poll(activity, in: &organization, at: now)
    }

    private func execute(_ activity: Activity, in organization: inout Organization, at now: Date) -> Activity.Status {
        var trial = organization
        do throws(APIRefusal) {
            let result = try activity.command.execute(in: &trial, for: context(activity.vote.user.id, now))
            organization = trial
            return .completed(result: result)
        } catch {
            return .failed(error)
        }
    }

    private func context(_ userId: UUID, _ now: Date) -> ActivityContext {
        ActivityContext(userId: userId, now: now, parties: parties, notarizer: notarizer)
    }

    func activityAnswer(_ activity: Activity) -> JSONObject {
        ["activity": .object(activity.json)]
    }
}
