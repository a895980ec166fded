// SPDX-License-Identifier: Apache-2.0
import Foundation
package import TurnkeyClient

/// Deletes keys of frames at the API.
package protocol KeyRevoker: Sendable {
    /// Returns the organization's users, with their keys.
    func users() async throws(TurnkeyError) -> [FleetUser]

    /// Deletes keys of one user: all of them or none.
    func delete(_ keyIds: [String], userId: String) async throws(TurnkeyError)
}

extension APIKeyRegistrar: KeyRevoker {
    package func delete(_ keyIds: [String], userId: String) async throws(TurnkeyError) {
        try await client.deleteApiKeys(userId: userId, apiKeyIds: keyIds)
    }
}

/// Ends sessions of frames for certain: deletes their keys at the API, then removes their cards and parcels.
package struct RevocationRun: Sendable {
    package enum Outcome: Sendable, Hashable {
        /// This many keys were deleted; 0 where the API had none.
        case revoked(keys: Int)
        /// A step failed when this many keys were deleted.
        case failed(step: String, detail: String, keys: Int)

        /// How many keys were deleted.
        package var keys: Int {
            switch self {
            case .revoked(let keys), .failed(_, _, let keys): keys
            }
        }
    }

    private let fleet: FleetName
    private let target: RevocationTarget
    private let storage: any LedgerStorage
    private var ledger: Ledger
    package private(set) var outcomes: [FrameID: Outcome] = [:]

    private static let parallelism = 4

    /// Reads the ledger.
    ///
    /// - Throws: where the ledger cannot be read.
    package init(fleet: FleetName, _ target: RevocationTarget, storage: any LedgerStorage) throws(ApprovalFault) {
        (self.fleet, self.target, self.storage) = (fleet, target, storage)
        do throws(LedgerFault) { ledger = try storage.read() } catch { throw .ledger(error) }
    }

    /// Deletes the target's keys at the API. `carried`: the frames of which the carrier has a document.
    ///
    /// - Throws: where the users cannot be read, or the ledger cannot be written.
    package mutating func deleteKeys(
        at revoker: some KeyRevoker,
        carried: Set<FrameID> = []
    ) async throws(ApprovalFault) {
        let users: [FleetUser]
        do throws(TurnkeyError) {
            users = try await RequestRetry.trying { () async throws(TurnkeyError) in try await revoker.users() }
        } catch {
            throw .api(error)
        }
        let plan = RevocationPlan(fleet: fleet, target, users: users, ledger: ledger, carried: carried)
        for row in plan.rows { outcomes[row.frame] = .revoked(keys: 0) }
        let deletions = plan.deletions
        let results = await inParallel(deletions, Self.parallelism) { deletion in
            await Self.delete(deletion.keys.map(\.id), userId: deletion.userId, at: revoker)
        } onEach: {
        }
        for (index, error) in results {
            for (_, frame) in deletions[index].keys {
                switch (error, outcomes[frame]) {
                case (let error?, let before):
                    outcomes[frame] = .failed(step: "delete", detail: error.message, keys: before?.keys ?? 0)
                case (nil, .revoked(let count)): outcomes[frame] = .revoked(keys: count + 1)
                case (nil, .failed(let step, let detail, let count)):
                    outcomes[frame] = .failed(step: step, detail: detail, keys: count + 1)
                case (nil, nil): break
                }
            }
        }
        for approval in ledger.approvals {
            guard let frame = FrameID(approval.frame), case .revoked = outcomes[frame],
                let hash = CardHash(approval.card)
            else { continue }
            var approval = approval
            (approval.state, approval.envelope) = (.revoked, nil)
            ledger[hash] = approval
        }
        do throws(LedgerFault) { try storage.write(ledger) } catch { throw .ledger(error) }
    }

    /// Removes cards, parcels and receipts of the frames whose keys are deleted.
    package mutating func removeDocuments(from carrier: some Carrier) async {
        let frames = outcomes.filter { if case .revoked = $0.value { true } else { false } }.map(\.key).sorted()
        let results = await inParallel(frames, Self.parallelism) { frame -> CarrierFault? in
            do throws(CarrierFault) {
                try await carrier.removeDocuments(of: frame)
                return nil
            } catch {
                return error
            }
        } onEach: {
        }
        for (index, fault) in results {
            guard let fault else { continue }
            let frame = frames[index]
            outcomes[frame] = .failed(step: "remove", detail: fault.message, keys: outcomes[frame]?.keys ?? 0)
        }
    }

    private static func delete(
        _ keyIds: [String],
        userId: String,
        at revoker: some KeyRevoker
    ) async -> TurnkeyError? {
        do throws(TurnkeyError) {
            try await RequestRetry.trying { () async throws(TurnkeyError) in
                try await revoker.delete(keyIds, userId: userId)
            }
            return nil
        } catch {
            return error
        }
    }
}
