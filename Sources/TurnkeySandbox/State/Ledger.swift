// SPDX-License-Identifier: Apache-2.0
import Foundation

/// One call of the API: its path, its stamp, and the bytes that were stamped.
struct APIRequest: Sendable {
    let endpoint: Endpoint
    let stamps: StampHeaders
    let body: Data
}

/// The state of the sandbox, and the order in which a request is checked. It does no I/O, and takes the time as a
/// value.
///
/// Stamp present, stamp readable, body JSON, organization, key known, signature, key not expired; then for a submission
/// the caller's organization, the timestamp, the type, whether it was made before, the parameters, and the policies.
struct Ledger {
    var directory: Directory
    let parties: RelyingParties
    let notarizer: Notarizer
    /// How many polls an activity needs to complete; 0 completes it at once.
    let pendingPolls: Int

    init(_ organizations: [Organization], parties: RelyingParties, notarizer: Notarizer, pendingPolls: Int) {
        directory = Directory(organizations)
        self.parties = parties
        self.notarizer = notarizer
        self.pendingPolls = pendingPolls
    }

    /// Answers one request. A refusal changes nothing but the counter of a passkey whose stamp was valid, and the polls
    /// of an activity that an unknown key asks for.
    mutating func answer(_ request: APIRequest, at now: Date) throws(APIRefusal) -> JSONObject {
        let stamp = try Stamp(reading: request.stamps, for: request.endpoint.family)
        let body = try RequestBody(request.body)
        let target = try directory.organization(body.organizationId)
        let caller: Caller
        do throws(APIRefusal) {
            caller = try directory.authenticate(
                stamp,
                of: request.body,
                asking: target,
                at: request.endpoint,
                for: parties,
                at: now
            )
        } catch {
            if case .publicKeyNotFound = error { countPoll(request.endpoint, body, in: target, at: now) }
            throw error
        }
        let place = try directory.place(of: caller, asking: target)
        let activity: Activity
        switch request.endpoint.purpose {
        case .query(let query):
            var fields = body.fields
            let question = try query.init(reading: &fields)
            try fields.finish()
            return try question.answer(
                from: &self,
                for: QueryContext(caller: caller, organization: place, now: now)
            )
        case .command(let command):
            activity = try submit(command, request, body.fields, from: caller, in: place, at: now)
        case .vote(let decision):
            activity = try vote(decision, body.fields, request.body, from: caller, in: place, at: now)
        }
        return activityAnswer(activity, for: caller, at: now)
    }

    private mutating func submit(
        _ command: any ActivityCommand.Type,
        _ request: APIRequest,
        _ fields: FieldReader,
        from caller: Caller,
        in place: Organization,
        at now: Date
    ) throws(APIRefusal) -> Activity {
        guard caller.organizationId == place.id || command.isOpenToParent else {
            throw .organizationMismatch(target: place.id.text, caller: caller.organizationId.text)
        }
        var fields = fields
        let kind = try Submission.check(&fields, kinds: command.kinds, at: now)
        if let earlier = place.activity(fingerprint: Activity.fingerprint(of: request.body)) {
            return try poll(earlier, at: now)
        }
        let submission = try Submission(reading: &fields, as: command, kind)
        let decision = try authorize(submission, from: caller)
        // A user of the parent, to whom its policies apply, has no vote below it, so the activity could never be
        // approved there.
        guard decision == .allowed || caller.organizationId == place.id else { throw .notAuthorized }
        return try accept(submission, request.body, decision, from: caller, in: place.id, at: now)
    }
}
