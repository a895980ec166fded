// SPDX-License-Identifier: Apache-2.0
import Foundation
import Synchronization
import Testing

@testable import Fleet

@Suite("signing")
struct SigningTests {
    /// Signs with no key, and fails at one of its runs, as where a touch is missed.
    private final class Signer: ParcelSigner {
        let type: String
        let failing: Int?
        let runs = Mutex<[Int]>([])

        init(_ type: String, failing: Int? = nil) { (self.type, self.failing) = (type, failing) }

        var blob: Data { Data(Self.string(Array(type.utf8)) + Self.string([UInt8](repeating: 7, count: 32))) }

        func sign(_ parcels: [[UInt8]]) async throws(SSHKeygen.Fault) -> [String] {
            let count = runs.withLock { runs in
                runs.append(parcels.count)
                return runs.count
            }
            guard count != failing else { throw .failed(status: 1) }
            let bytes =
                Array("SSHSIG".utf8) + [0, 0, 0, 1] + Self.string(Array(blob))
                + Self.string(Array(SSHParcelSigner.namespace.utf8)) + Self.string([])
                + Self.string(Array("sha512".utf8)) + Self.string([1, 2, 3])
            let text = Data(bytes).base64EncodedString(options: [.lineLength76Characters, .endLineWithLineFeed])
            let armored = "-----BEGIN SSH SIGNATURE-----\n\(text)\n-----END SSH SIGNATURE-----\n"
            return parcels.map { _ in armored }
        }

        private static func string(_ bytes: [UInt8]) -> [UInt8] { [0, 0, 0, UInt8(bytes.count)] + bytes }
    }

    private func sign(_ stage: Stage, _ signer: Signer, isKnown: Bool = true) async throws {
        let plan = ApprovalPlan(
            try await stage.applicants(),
            .hosts([HostPattern("*")]),
            ledger: stage.ledger.ledger.withLock(\.self),
            receipts: stage.receipts,
            signer: isKnown ? signer.blob : nil,
            limitSeconds: nil,
            isRepinning: false,
            isRenewing: false,
            isReplacing: false,
            at: Stage.now
        )
        var run = try ApprovalRun(
            fleet: Stage.fleet,
            plan: plan,
            userMap: UserMap(fleet: Stage.fleet),
            isRepinning: false,
            storage: MemoryLedger.Storage(memory: stage.ledger, killing: Killing(at: nil)),
            now: { Stage.now }
        )
        if run.needsMinting {
            let registrar = MemoryAPI.Registrar(api: stage.api, killing: Killing(at: nil))
            try await run.choose(at: registrar, organizationId: "org-1")
            try await run.register(at: registrar)
        }
        try await run.sign(with: signer)
    }

    @Test(
        "is done in pieces of eight with a security key, and of 64 with any other",
        arguments: [
            ("sk-ssh-ed25519@openssh.com", true, [8, 8, 8, 8, 8, 8, 8, 8, 6]), ("ssh-ed25519", true, [64, 6]),
            ("ssh-ed25519", false, [8, 62]), ("sk-ssh-ed25519@openssh.com", false, [8, 8, 8, 8, 8, 8, 8, 8, 6]),
        ]
    )
    func pieces(type: String, isKnown: Bool, lengths: [Int]) async throws {
        let stage = try await Stage(hosts: 70, users: 14)
        let signer = Signer(type)
        try await sign(stage, signer, isKnown: isKnown)
        #expect(signer.runs.withLock(\.self) == lengths)
        #expect(stage.ledger.ledger.withLock { $0.approvals.allSatisfy { $0.state == .signed } })
    }

    @Test("that fails in the middle keeps the pieces before, and the same command signs what is left")
    func failing() async throws {
        let stage = try await Stage(hosts: 20, users: 4)
        let type = "sk-ssh-ed25519@openssh.com"
        await #expect(throws: ApprovalFault.self) { try await sign(stage, Signer(type, failing: 3)) }
        let states = stage.ledger.ledger.withLock { $0.approvals.map(\.state) }
        #expect(states.count { $0 == .signed } == 16 && states.count { $0 == .registered } == 4)
        let second = Signer(type)
        try await sign(stage, second)
        #expect(second.runs.withLock(\.self) == [4])
        #expect(stage.ledger.ledger.withLock { $0.approvals.allSatisfy { $0.state == .signed } })
    }
}
