// SPDX-License-Identifier: Apache-2.0
import Fleet
import Foundation
import Synchronization

/// Reads a fleet's applicants: the carrier's cards, once, and the host that vouches for each.
struct FleetReading {
    let fleet: FleetName
    let carrier: any Carrier
    let signers: AllowedSigners

    func applicants() async throws -> [Applicant] {
        let documents: [CarriedDocument]
        do throws(CarrierFault) { documents = try await carrier.cards() } catch { throw Failure(error) }
        let check = EvidenceCheck(fleet: fleet, signers: signers)
        let line = ProgressLine()
        return try await line.showing {
            do throws(SSHKeygen.Fault) {
                return try await check.examine(documents) { line.set("verifying \($0) of \(documents.count)") }
            } catch {
                throw Failure(error)
            }
        }
    }

    /// Returns the couriers' receipts, as the carrier has them now.
    func receipts() async throws -> CarriedReceipts {
        do throws(CarrierFault) { return CarriedReceipts(try await carrier.receipts(), fleet: fleet) } catch {
            throw Failure(error)
        }
    }
}

extension CarrierOptions {
    /// Makes the fleet's carrier.
    ///
    /// - Throws: where the file of a password or of authorities cannot be read, or the carrier cannot be used.
    func makeCarrier(_ fleet: FleetName) throws -> any Carrier {
        let access = try makeAccess()
        do throws(CarrierFault) { return try carrier.makeCarrier(fleet, access) } catch { throw Failure(error) }
    }
}

extension Failure {
    init(_ fault: SSHKeygen.Fault) {
        let status: ExitStatus =
            switch fault {
            case .notStarted, .files: .unavailable
            case .tooLate, .cancelled: .tryAgain
            case .failed, .noSignature: .never
            }
        self.init(fault.message, hint: fault.hint, status: status)
    }

    init(_ fault: LedgerFault) {
        self.init(fault.message, hint: fault.hint, status: fault.isWorthRetrying ? .tryAgain : .never)
    }

    init(_ fault: ApprovalFault) {
        switch fault {
        case .ledger(let fault): self.init(fault)
        case .api(let error): self.init(error)
        case .signing(let fault): self.init(fault)
        case .keyType(let type):
            self.init(
                "no frame verifies a key of type \(type)",
                hint: "sign with one of \(SSHParcelSigner.keyTypes.joined(separator: ", "))",
                status: .wrongUsage
            )
        case .cancelled: self.init("it was interrupted", status: .tryAgain)
        }
    }
}
