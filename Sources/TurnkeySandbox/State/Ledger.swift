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

    /// Answers one request. A refusal changes nothing, but for the counter of a passkey whose stamp was good, and for the
    /// activity that an unknown key asks for.
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
        case .query: return try answerQuery(request.endpoint, body, from: caller, in: place, at: now)
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
        // Whom the parent's policies count has no vote below it: nobody could ever approve it there.
        guard decision == .allowed || caller.organizationId == place.id else { throw .notAuthorized }
        return try accept(submission, request.body, decision, from: caller, in: place.id, at: now)
    }
}
