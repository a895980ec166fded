// SPDX-License-Identifier: Apache-2.0
import Foundation

/// Finds the host that vouches for each carried card.
package struct EvidenceCheck: Sendable {
    private let fleet: FleetName
    private let signers: AllowedSigners
    private let keygen: SSHKeygen
    /// How many `ssh-keygen` run at once: two for each core, since each waits for its files.
    private let parallelism: Int

    package init(
        fleet: FleetName,
        signers: AllowedSigners,
        keygen: SSHKeygen = SSHKeygen(),
        parallelism: Int = min(16, 2 * ProcessInfo.processInfo.activeProcessorCount)
    ) {
        (self.fleet, self.signers, self.keygen, self.parallelism) = (fleet, signers, keygen, parallelism)
    }

    /// Verifies the cards' evidence, and returns the applicants in the documents' order.
    ///
    /// `progress` is called with the number of cards that are done. `ssh-keygen` runs only for cards with a key of an allowed
    /// signer and a host of that key, whatever else the carrier has.
    /// - Throws: where `ssh-keygen` cannot be run or does not end, which says nothing about any card.
    package func examine(
        _ documents: [CarriedDocument],
        progress: @Sendable (Int) -> Void = { _ in }
    ) async throws(SSHKeygen.Fault) -> [Applicant] {
        var applicants = documents.map(judge)
        let open = applicants.indices.filter { applicants[$0].host != nil }
        var done = documents.count - open.count
        progress(done)
        guard !open.isEmpty else { return applicants }
        let directory = try TemporaryDirectory()
        defer { directory.removeAll() }
        let signersPath = try directory.write(Array(signers.text.utf8), as: "allowed_signers")
        let result = await withTaskGroup(of: (Int, Result<Bool, SSHKeygen.Fault>).self) { group in
            var (waiting, fault) = (open[...], SSHKeygen.Fault?.none)
            func beginNext() {
                guard fault == nil, let index = waiting.popFirst() else { return }
                let applicant = applicants[index]
                group.addTask { (index, await verify(applicant, index, directory, signersPath)) }
            }
            for _ in 0..<max(1, parallelism) { beginNext() }
            while let (index, result) = await group.next() {
                switch result {
                case .success(let isGood): if !isGood { applicants[index] = applicants[index].forged() }
                case .failure(let found): fault = fault ?? found
                }
                done += 1
                progress(done)
                beginNext()
            }
            return fault
        }
        if let result { throw result }
        return applicants
    }

    private func verify(
        _ applicant: Applicant,
        _ index: Int,
        _ directory: TemporaryDirectory,
        _ signersPath: String
    ) async -> Result<Bool, SSHKeygen.Fault> {
        guard let envelope = applicant.envelope, let host = applicant.host, let evidence = envelope.evidence else {
            return .success(false)
        }
        do throws(SSHKeygen.Fault) {
            return .success(
                try await keygen.verify(
                    envelope.cardBytes,
                    signature: evidence,
                    host: host,
                    signersPath: signersPath,
                    in: directory,
                    name: "card-\(index)"
                )
            )
        } catch {
            return .failure(error)
        }
    }

    /// Judges a document without `ssh-keygen`: `.verified` stands for "if the signature verifies".
    private func judge(_ document: CarriedDocument) -> Applicant {
        let envelope: CardEnvelope
        do throws(DocumentFault) { envelope = try CardEnvelope(reading: document.bytes) } catch {
            return Applicant(document: document, evidence: .notACard(reason: "it \(error.message)"), envelope: nil)
        }
        let card = envelope.card
        guard card.fleet == fleet else { return notACard(document, "it names the fleet \(card.fleet)") }
        guard card.frame == document.frame else { return notACard(document, "it names the frame \(card.frame)") }
        return Applicant(document: document, evidence: judge(envelope), envelope: envelope)
    }

    private func notACard(_ document: CarriedDocument, _ reason: String) -> Applicant {
        Applicant(document: document, evidence: .notACard(reason: reason), envelope: nil)
    }

    private func judge(_ envelope: CardEnvelope) -> EvidenceResult {
        guard let evidence = envelope.evidence else { return .withoutEvidence }
        guard let blob = SSHSignatureBlob(armored: evidence), blob.namespace == AllowedSigners.namespace else {
            return .forged
        }
        let hosts = signers.hosts(ofKey: blob.publicKey)
        guard !hosts.isEmpty else { return .unknownKey(fingerprint: SSHPublicKey.fingerprint(of: blob.publicKey)) }
        guard hosts.contains(envelope.card.host) else { return .otherHost(keyOf: hosts.sorted()) }
        return .verified(envelope.card.host)
    }
}

extension Applicant {
    fileprivate func forged() -> Applicant { Applicant(document: document, evidence: .forged, envelope: envelope) }
}
