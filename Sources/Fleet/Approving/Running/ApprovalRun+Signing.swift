// SPDX-License-Identifier: Apache-2.0
import Foundation

extension ApprovalRun {
    /// How many parcels one run of the signer signs. A security key asks for a touch for each, which are lost where one is
    /// missed; any other key asks at most for its passphrase, once a run.
    private static let pieceLength = (securityKey: 8, other: 64)

    /// Signs a parcel for each registered key, in pieces, each of which is in the ledger before the next is signed.
    package mutating func sign(with signer: some ParcelSigner) async throws(ApprovalFault) {
        unsign()
        let rows = openRows(in: .registered)
        guard !rows.isEmpty else { return }
        progress(ApprovalProgress(phase: .signing, done: 0, total: rows.count))
        // Where no file has the public key, the first signatures say what it is.
        var isSecurityKey = plan.signer.map { SSHPublicKey.isSecurityKey(SSHPublicKey.type(of: $0)) }
        var done = 0
        while done < rows.count {
            let length = isSecurityKey ?? true ? Self.pieceLength.securityKey : Self.pieceLength.other
            let piece = rows[done..<min(done + length, rows.count)]
            let type = try await sign(Array(piece), with: signer)
            isSecurityKey = SSHPublicKey.isSecurityKey(type)
            done += piece.count
            progress(ApprovalProgress(phase: .signing, done: done, total: rows.count))
        }
    }

    /// Signs the parcels of these rows in one run of the signer.
    ///
    /// - Returns: the type of the key that signed.
    private mutating func sign(
        _ rows: [(row: ApprovalPlan.Row, approval: Approval)],
        with signer: some ParcelSigner
    ) async throws(ApprovalFault) -> String {
        var parcels: [[UInt8]] = []
        for (row, approval) in rows {
            guard let envelope = row.applicant.envelope else { continue }
            let parcel = Parcel(
                to: envelope.card,
                cardBytes: envelope.cardBytes,
                organizationId: approval.organizationId,
                userId: approval.userId,
                notAfter: min(approval.end, plan.end(of: envelope.card, at: now()))
            )
            parcels.append(parcel.write())
        }
        let signatures: [String]
        do throws(SSHKeygen.Fault) { signatures = try await signer.sign(parcels) } catch { throw .signing(error) }
        guard signatures.count == parcels.count else { throw .signing(.noSignature) }
        var type = ""
        for ((_, approval), (parcel, signature)) in zip(rows, zip(parcels, signatures)) {
            type = try check(signature)
            guard let envelope = try? ParcelEnvelope(parcelBytes: parcel, signature: signature) else {
                throw .signing(.noSignature)
            }
            var approval = approval
            approval.state = .signed
            approval.envelope = String(decoding: envelope.write(), as: UTF8.self)
            set(approval)
        }
        try save()
        return type
    }

    /// Has parcels signed anew: those that the plan says, and those that the carrier may not have yet, where another key signed
    /// them or they end later than this run says.
    private mutating func unsign() {
        for row in plan.openRows where row.step == .signAnew { unsign(row) }
        for (row, approval) in openRows(in: .signed) + openRows(in: .overtaken) {
            guard let card = row.applicant.card else { continue }
            let isOtherKey = plan.signer.map { $0 != approval.signer } ?? false
            guard isOtherKey || (approval.parcel?.parcel.notAfter ?? approval.end) > plan.end(of: card, at: now())
            else {
                continue
            }
            unsign(row)
        }
    }

    private mutating func unsign(_ row: ApprovalPlan.Row) {
        guard let hash = row.card, var approval = ledger[hash] else { return }
        switch approval.state {
        case .signed, .published, .started, .overtaken:
            approval.signAnew(after: plan.receipts.receipt(about: hash, of: row.applicant.frame))
            set(approval)
        case .chosen, .registered, .revoked: break
        }
    }

    /// Checks what a signature says of itself.
    ///
    /// - Returns: the type of the key that signed.
    private func check(_ signature: String) throws(ApprovalFault) -> String {
        guard let blob = SSHSignatureBlob(armored: signature), blob.namespace == SSHParcelSigner.namespace else {
            throw .signing(.noSignature)
        }
        let type = SSHPublicKey.type(of: blob.publicKey)
        guard SSHParcelSigner.keyTypes.contains(type) else { throw .keyType(type) }
        return type
    }
}
