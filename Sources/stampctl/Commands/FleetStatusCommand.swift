// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Fleet
import Foundation
import StampClient
import TurnkeyClient

struct FleetStatusCommand: ReportingCommand {
    static let configuration = CommandConfiguration(
        commandName: "status",
        abstract: "Show what you have approved, what the API has of it, and what the frames say.",
        discussion: """
            STATE is what this machine's ledger has, KEY what the API says of the frame's key, RECEIPT what the frame's \
            courier says, for which there is no proof. The API is asked with a living session of your frame; without one, KEY \
            is not known.
            """
    )

    @OptionGroup var fleet: FleetOptions
    @OptionGroup var carrier: CarrierOptions
    @OptionGroup var frame: FrameOptions
    @OptionGroup var session: SelectedSessionOptions
    @OptionGroup var api: APIOptions
    @OptionGroup var organization: OrganizationOptions
    @OptionGroup var output: OutputOptions

    func perform() async throws {
        let carrier = try carrier.makeCarrier(fleet.fleet)
        let approvals = try readApprovals()
        guard !approvals.isEmpty else {
            return StandardError.write("stampctl: nothing is approved in the fleet \(fleet.fleet)")
        }
        let receipts = try await readReceipts(carrier)
        let keys = await readKeys(approvals)
        let rows = approvals.map { FleetStatusRow($0, keys: keys, receipts) }
        if output.json {
            for row in rows { try output.print(json: row) }
        } else {
            try StandardOutput.write(FleetStatusRow.makeTable(rows))
        }
    }

    /// Returns the last approval of each frame.
    private func readApprovals() throws -> [Approval] {
        let directory = try fleet.stateDirectory()
        let ledger: Ledger
        do throws(LedgerFault) { ledger = try LedgerStore.look(fleet: fleet.fleet, directory: directory) } catch {
            throw Failure(error)
        }
        return Dictionary(ledger.approvals.map { ($0.frame, $0) }) { $1 }.values
            .sorted { ($0.host ?? "", $0.frame) < ($1.host ?? "", $1.frame) }
    }

    private func readReceipts(_ carrier: any Carrier) async throws -> [String: Receipt] {
        let documents: [CarriedDocument]
        do throws(CarrierFault) { documents = try await carrier.receipts() } catch { throw Failure(error) }
        let read = documents.compactMap { document -> (String, Receipt)? in
            guard let receipt = try? Receipt(reading: document.bytes), receipt.frame == document.frame,
                receipt.fleet == fleet.fleet
            else { return nil }
            return (receipt.card.description, receipt)
        }
        return Dictionary(read) { $1 }
    }

    /// Returns the API's keys by their public keys; `nil` where the API was not asked, or did not answer.
    private func readKeys(_ approvals: [Approval]) async -> [String: FleetUser.Key]? {
        do {
            let turnkey = try api.makeTurnkey(
                frame,
                organizationId: organization.organizationId ?? approvals.last?.organizationId
            )
            let client = turnkey.sessionClient(session: try turnkey.resolve(session))
            let users = try await APIKeyRegistrar(client).users()
            return Dictionary(users.flatMap(\.keys).map { ($0.publicKey, $0) }) { $1 }
        } catch let error as TurnkeyError {
            let failure = Failure(error)
            StandardError.write("stampctl: the API was not asked: \(failure.message)")
        } catch let failure as Failure {
            StandardError.write("stampctl: the API was not asked: \(failure.message)")
        } catch {
            StandardError.write("stampctl: the API was not asked: \(error)")
        }
        return nil
    }
}
