// SPDX-License-Identifier: Apache-2.0
import Fleet
import Foundation
import Printing
import TurnkeyClient

/// The steps before an approval: reading, showing and asking.
extension FleetApproveCommand {
    func readUserMap() throws -> UserMap {
        guard let userMap else { return UserMap(fleet: fleet.fleet) }
        let data = try userMap.read()
        do throws(UserMap.Fault) { return try UserMap(reading: data) } catch {
            throw Failure("the user map \(error.message)", status: .wrongUsage)
        }
    }

    func openLedger() throws -> LedgerStore {
        let directory = try fleet.stateDirectory()
        do throws(LedgerFault) { return try LedgerStore(fleet: fleet.fleet, directory: directory) } catch {
            throw Failure(error)
        }
    }

    func read(_ storage: LedgerStore) throws -> Ledger {
        do throws(LedgerFault) { return try storage.read() } catch { throw Failure(error) }
    }

    /// Reads the ledger for a command that changes nothing: makes neither a lock nor a file.
    func lookAtLedger() throws -> Ledger {
        let directory = try fleet.stateDirectory()
        do throws(LedgerFault) { return try LedgerStore.look(fleet: fleet.fleet, directory: directory) } catch {
            throw Failure(error)
        }
    }

    func makePlan(_ reading: FleetReading, _ signer: SSHPublicKey?, _ ledger: Ledger) async throws -> ApprovalPlan {
        let applicants = try await reading.applicants()
        let selection = unverified.map { Selection.unverified(frame: $0.frame, fingerprint: $0.fingerprint) }
        let plan = ApprovalPlan(
            applicants,
            selection ?? .hosts(select),
            ledger: ledger,
            receipts: try await reading.receipts(),
            signer: signer?.blob,
            limitSeconds: life?.seconds,
            isRepinning: repin,
            isRenewing: renew,
            isReplacing: replace,
            at: DocumentTime(Date())
        )
        let path = LedgerStore.path(fleet: fleet.fleet, directory: try fleet.stateDirectory())
        do throws(LedgerFault) { try plan.checkRoom(in: ledger, at: DocumentTime(Date()), path: path) } catch {
            throw Failure(error)
        }
        return plan
    }

    /// Returns the public key of --key, where a file has it.
    ///
    /// - Throws: where no frame verifies such a key.
    func findSigner() throws -> SSHPublicKey? {
        let signer = SSHParcelSigner(keyPath: key).findPublicKey()
        if let signer, !SSHParcelSigner.keyTypes.contains(signer.type) {
            throw Failure(ApprovalFault.keyType(signer.type))
        }
        return signer
    }

    /// Shows the plan on standard error, since it is no result.
    func show(_ plan: ApprovalPlan) throws {
        guard !plan.rows.isEmpty else { return }
        var table = ApplicantTable()
        let now = DocumentTime(Date())
        for row in plan.rows { table.add(row.applicant, at: now, note: row.note) }
        StandardError.write(styled: table.lines)
    }

    func checkLimits(_ plan: ApprovalPlan, _ map: UserMap) throws {
        let count = plan.openRows.count
        guard count <= FleetUser.fleetLimit else {
            throw Failure(
                "\(count) frames are selected, and one organization has room for \(FleetUser.fleetLimit): five keys a user, a hundred users",
                hint: "select fewer, and approve the others in another organization",
                status: .never
            )
        }
        if let users = map.count, count > users * FleetUser.frameLimit {
            throw Failure(
                "\(count) frames are selected, and the user map has \(users) users, who take five each",
                hint: "map more users, or select fewer frames",
                status: .never
            )
        }
    }

    func ask(_ plan: ApprovalPlan, _ signer: SSHPublicKey?) async throws {
        let count = plan.openRows.count
        if let signer {
            let touches = signer.isSecurityKey ? ", and asks for a touch for each frame" : ""
            StandardError.write("stampctl: \(signer.fingerprint) signs\(touches)")
        }
        guard !yes else { return }
        guard Question.canBeAsked else {
            throw Failure(
                "no question can be asked here: standard input is no terminal",
                hint: "--yes approves without asking, --dry-run shows what it would",
                status: .wrongUsage
            )
        }
        let frames = count == 1 ? "1 frame" : "\(count) frames"
        let terms =
            life.map { "for \(makeDurationText(milliseconds: $0.seconds * 1_000)) at most" }
            ?? "for as long as each asks for"
        let answer = await Question.ask("approve \(frames) of the fleet \(fleet.fleet) \(terms)? Type yes:")
        guard answer == "yes" else { throw Failure("nothing was approved", status: .never) }
    }
}
