// SPDX-License-Identifier: Apache-2.0
import Foundation
import TurnkeyClient

extension ApprovalRun {
    /// How many requests run at once: the API allows an organization ten a second, and each takes some tenths.
    private static let registrationParallelism = 4

    /// The users whose keys are to be registered, each with the longest life of their keys in seconds.
    package var registrations: [(userId: String, seconds: Int)] {
        let time = now().secondsSince1970
        let pairs = openRows(in: .chosen).map { ($0.approval.userId, Int($0.approval.end.secondsSince1970 - time)) }
        return Dictionary(pairs, uniquingKeysWith: max).sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    }

    /// Registers the chosen keys at the API.
    ///
    /// A refusal of the API becomes the outcome of the frames that it is about.
    package mutating func register(at registrar: some KeyRegistrar) async throws(ApprovalFault) {
        guard !openRows(in: .chosen).isEmpty else { return }
        guard !(try await registerChosen(at: registrar)).isEmpty else { return }
        // A missing answer, or another approver's key among the five, says nothing about the others: what the API has by now
        // counts as registered, and the rest is tried once more.
        if adopt(try await readUsers(registrar)) { try save() }
        for (row, detail) in try await registerChosen(at: registrar) {
            setOutcome(.failed(step: "register", detail: detail), of: row)
        }
    }

    /// Registers the chosen keys in one pass.
    ///
    /// - Returns: the rows whose keys the API did not take, and why.
    private mutating func registerChosen(
        at registrar: some KeyRegistrar
    ) async throws(ApprovalFault) -> [(ApprovalPlan.Row, String)] {
        let time = now()
        var failures: [(ApprovalPlan.Row, String)] = []
        // The passkey was waited for meanwhile.
        for (row, _) in openRows(in: .chosen) where row.applicant.card.map({ endsSoon($0, at: time) }) ?? true {
            setOutcome(.refused(.expired), of: row)
        }
        let (inTime, late) = openRows(in: .chosen).partitioned {
            $0.approval.end.secondsSince1970 - time.secondsSince1970 >= ApprovalPlan.minimumSeconds
        }
        for (row, _) in late { failures.append((row, "the time that was approved is over")) }
        guard !inTime.isEmpty else { return failures }
        let byUser = Dictionary(grouping: inTime, by: \.approval.userId).sorted { $0.key < $1.key }
        let batches = byUser.flatMap { $0.value.chunked(FleetUser.frameLimit) }
        let (fleet, total) = (fleet, inTime.count)
        var done = 0
        progress(ApprovalProgress(phase: .registering, done: 0, total: total))
        let results = await inParallel(batches, Self.registrationParallelism) { batch in
            await Self.register(batch.map(\.approval), fleet, at: registrar, time)
        } onEach: { [progress] in
            done = min(total, done + FleetUser.frameLimit)
            progress(ApprovalProgress(phase: .registering, done: done, total: total))
        }
        for (index, result) in results {
            switch result {
            case .success(let ids):
                for ((_, approval), id) in zip(batches[index], ids) {
                    var approval = approval
                    (approval.state, approval.apiKeyId) = (.registered, id)
                    set(approval)
                }
            case .failure(let error):
                failures += batches[index].map { ($0.row, error.message) }
            }
        }
        try save()
        return failures
    }

    private static func register(
        _ approvals: [Approval],
        _ fleet: FleetName,
        at registrar: some KeyRegistrar,
        _ time: DocumentTime
    ) async -> Result<[String], TurnkeyError> {
        let keys = approvals.compactMap { approval -> NewAPIKey? in
            guard let frame = FrameID(approval.frame), let card = CardHash(approval.card) else { return nil }
            return NewAPIKey(
                apiKeyName: Approval.apiKeyName(fleet: fleet, frame: frame, card: card),
                publicKey: approval.publicKey,
                expirationSeconds: Int(approval.end.secondsSince1970 - time.secondsSince1970)
            )
        }
        guard let userId = approvals.first?.userId else { return .success([]) }
        do throws(TurnkeyError) {
            return .success(
                try await RequestRetry.trying { () async throws(TurnkeyError) in
                    try await registrar.register(keys, userId: userId)
                }
            )
        } catch {
            return .failure(error)
        }
    }
}
