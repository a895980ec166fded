// SPDX-License-Identifier: Apache-2.0
import Foundation
import TurnkeyClient

extension ApprovalRun {
    /// Assigns each new key to a user, and marks as registered what the API has already for the same frame, user and time.
    ///
    /// A frame whose key no user takes, whose key the API has in another way, or whose card has ended since it was listed, has
    /// that as its outcome.
    /// - Throws: where the users cannot be read, or the ledger cannot be written.
    package mutating func choose(
        at registrar: some KeyRegistrar,
        organizationId: String
    ) async throws(ApprovalFault) {
        let users = try await readUsers(registrar)
        choose(among: users, organizationId)
        _ = adopt(users)
        ledger.pin(makePins(at: now()))
        try save()
    }

    func readUsers(_ registrar: some KeyRegistrar) async throws(ApprovalFault) -> [FleetUser] {
        do throws(TurnkeyError) {
            return try await RequestRetry.trying { () async throws(TurnkeyError) in try await registrar.users() }
        } catch {
            throw .api(error)
        }
    }

    /// Assigns each new row's key to a user.
    private mutating func choose(among users: [FleetUser], _ organizationId: String) {
        let time = now()
        let resolved = userMap.resolve(users)
        missingUsers = resolved.missing
        var assignment = Assignment(resolved.found, fleet: fleet)
        let registered = RegisteredKeys(users, userMap, fleet: fleet)
        ledger.prune(at: time, toAdd: plan.openRows.count)
        for row in plan.openRows {
            guard let envelope = row.applicant.envelope else { continue }
            let (frame, host) = (row.applicant.frame, row.applicant.host)
            let known = ledger[envelope.hash]
            guard row.step == .approve || known?.state == .chosen else { continue }
            guard !endsSoon(envelope.card, at: time) else {
                setOutcome(.refused(.expired), of: row)
                continue
            }
            // A key that the API has stays with its user; `adopt` checks whether it may be used.
            let holder = registered.has(envelope.card.publicKey.description)
            guard holder == nil || row.step == .approve else { continue }
            let userId: String
            switch holder.map({ .success($0) }) ?? assignment.take(frame: frame, host: host) {
            case .failure(let refused):
                setOutcome(.unassigned(refused.refusal), of: row)
                continue
            case .success(let found): userId = found
            }
            // Where the API was never asked for the key, or did not take it, the terms of this run hold.
            ledger[envelope.hash] = Approval(
                applicant: envelope.card,
                hash: envelope.hash,
                host: host,
                organizationId: organizationId,
                userId: userId,
                notAfter: plan.end(of: envelope.card, at: time),
                approvedAt: time
            )
        }
    }

    /// Returns the frames of each host that is approved now: those that ask, and those that were answered before.
    private func makePins(at time: DocumentTime) -> [HostName: [FrameID]] {
        var pins: [HostName: [FrameID]] = [:]
        for row in plan.rows {
            guard let host = row.applicant.host else { continue }
            if case .refused = row.step { continue }
            switch row.card.flatMap({ outcomes[$0] }) {
            case .unassigned, .keyTaken, .refused: continue
            default: break
            }
            pins[host, default: []].append(row.applicant.frame)
        }
        let known = ledger.makePins()
        let living = Set(ledger.approvals.filter { $0.state == .started && $0.end > time }.map(\.frame))
        for host in pins.keys {
            let before = known.frames(ofHost: host).filter { !isRepinning || living.contains($0) }
            pins[host, default: []] += before.compactMap { FrameID($0) }
        }
        return pins
    }

    /// Marks as registered each key that the API has, from an earlier run or another approver. It must be the frame's own key,
    /// of a user who takes this host, and end no later than was approved.
    ///
    /// - Returns: whether the ledger has changed, and must be written.
    mutating func adopt(_ users: [FleetUser]) -> Bool {
        let registered = RegisteredKeys(users, userMap, fleet: fleet)
        var isChanged = false
        for (row, approval) in openRows(in: .chosen) {
            switch registered.find(approval, host: row.applicant.host) {
            case nil: continue
            case .success(let (userId, key, end)):
                var approval = approval
                (approval.userId, approval.notAfter) = (userId, end.description)
                (approval.state, approval.apiKeyId) = (.registered, key.id)
                set(approval)
                isChanged = true
            case .failure(let refusal):
                setOutcome(.keyTaken(refusal), of: row)
                // The key at the API is not this approver's: the next run says its own terms.
                if let hash = CardHash(approval.card) { ledger[hash] = nil }
                isChanged = true
            }
        }
        return isChanged
    }
}
