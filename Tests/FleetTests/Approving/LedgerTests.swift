// SPDX-License-Identifier: Apache-2.0
import Foundation
import Glibc
import Testing

@testable import Fleet

@Suite("the approver's ledger")
struct LedgerTests {
    private static func makeLedger(_ count: Int = 1, end: Int64 = 100) throws -> Ledger {
        var ledger = Ledger(fleet: Stage.fleet)
        let card = try Card(reading: Array(Sample.card(frame: "a", host: "web-1").utf8))
        for index in 0..<count {
            let hash = CardHash(of: [UInt8(index & 255), UInt8(index >> 8)])
            ledger[hash] = Approval(
                applicant: card,
                hash: hash,
                host: HostName("web-1"),
                organizationId: "o-1",
                userId: "u-1",
                notAfter: DocumentTime(secondsSince1970: end + Int64(index)),
                approvedAt: DocumentTime(secondsSince1970: 0)
            )
        }
        ledger.pin([HostName("web-1"): [FrameID("a")]])
        return ledger
    }

    private func withDirectory(_ work: (String) throws -> Void) throws {
        let directory = FileManager.default.temporaryDirectory.path + "/stampd-ledger-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: directory) }
        try work(directory)
    }

    @Test("what is written is read, from a file of mode 0600 in a directory of mode 0700")
    func roundTrip() throws {
        try withDirectory { directory in
            let store = try LedgerStore(fleet: Stage.fleet, directory: directory)
            #expect(try store.read() == Ledger(fleet: Stage.fleet))
            let ledger = try Self.makeLedger()
            try store.write(ledger)
            #expect(try store.read() == ledger)
            #expect(try LedgerStore.look(fleet: Stage.fleet, directory: directory) == ledger)
            for (path, mode) in [(store.path, 0o600), (directory, 0o700)] {
                let found = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
                #expect(found == mode)
            }
        }
    }

    @Test("one command at a time has it, and it is free when that ends")
    func lock() throws {
        try withDirectory { directory in
            do {
                let first = try LedgerStore(fleet: Stage.fleet, directory: directory)
                #expect(throws: LedgerFault.self) { try LedgerStore(fleet: Stage.fleet, directory: directory) }
                _ = try LedgerStore(fleet: FleetName("db"), directory: directory)
                _ = try first.read()
            }
            _ = try LedgerStore(fleet: Stage.fleet, directory: directory).read()
        }
    }

    @Test("a file that this program did not write is refused, and left as it is")
    func damaged() throws {
        try withDirectory { directory in
            let store = try LedgerStore(fleet: Stage.fleet, directory: directory)
            try store.write(try Self.makeLedger())
            let good = try String(contentsOfFile: store.path, encoding: .utf8)
            let changes: [(String, String)] = [
                ("\"version\":1", "\"version\":2"), ("\"fleet\":\"web\"", "\"fleet\":\"db\""),
                ("\"frame\":\"a\"", "\"frame\":\"../a\""), ("\"userId\":\"u-1\"", "\"userId\":\"u 1\""),
                ("\"state\":\"chosen\"", "\"state\":\"done\""), ("1970-01-01T00:01:40Z", "soon"),
                ("\"host\":\"web-1\"", "\"host\":\"*\""), ("{", "{\"version\":1,"), ("}\n", "},"), ("}\n", ""),
                ("\"frames\":[\"a\"]", "\"frames\":[\"/\"]"), ("\"card\":\"", "\"card\":\"0"),
                ("\"cardNotAfter\":\"2026", "\"cardNotAfter\":\"26"),
            ]
            for (old, new) in changes {
                let changed = good.replacing(old, with: new, maxReplacements: 1)
                #expect(changed != good, "\(old)")
                try changed.write(toFile: store.path, atomically: false, encoding: .utf8)
                #expect(throws: LedgerFault.self, "\(new)") { try store.read() }
                #expect(try String(contentsOfFile: store.path, encoding: .utf8) == changed)
            }
            try good.write(toFile: store.path, atomically: false, encoding: .utf8)
            chmod(store.path, 0o644)
            #expect(throws: LedgerFault.self) { try store.read() }
            unlink(store.path)
            symlink("/etc/passwd", store.path)
            #expect(throws: LedgerFault.self) { try store.read() }
        }
    }

    @Test("what was over a day ago is forgotten, and of too much the oldest that is over")
    func prune() throws {
        var ledger = try Self.makeLedger(3, end: 100)
        ledger.prune(at: DocumentTime(secondsSince1970: 100 + 86_401))
        #expect(ledger.approvals.count == 2)
        ledger = try Self.makeLedger(Ledger.approvalLimit + 5, end: 100)
        ledger.prune(at: DocumentTime(secondsSince1970: 102))
        // Three are over by then; what lives is never forgotten.
        #expect(ledger.approvals.count == Ledger.approvalLimit + 2)
        #expect(ledger.pins.count == 1)
    }

    @Test(
        "it holds twice a fleet of 5,000 frames; what more needs room for is said, and nothing that lives is forgotten"
    )
    func room() throws {
        var ledger = try Self.makeLedger(10_000, end: 4_000_000_000)
        ledger.prune(at: DocumentTime(secondsSince1970: 1), toAdd: 2_000)
        #expect(ledger.approvals.count == 10_000)
        ledger = try Self.makeLedger(10_000, end: 100)
        ledger.prune(at: DocumentTime(secondsSince1970: 5_100), toAdd: 5_000)
        #expect(ledger.approvals.count == Ledger.approvalLimit - 5_000)
    }

    @Test("a full ledger is no larger than the store's reader takes", .timeLimit(.minutes(15)))
    func size() throws {
        try withDirectory { directory in
            let store = try LedgerStore(fleet: Stage.fleet, directory: directory)
            var ledger = try Self.makeLedger(Ledger.approvalLimit, end: 4_000_000_000)
            for approval in ledger.approvals {
                var signed = approval
                (signed.state, signed.envelope) = (.signed, String(repeating: "x", count: 9_500))
                ledger[try #require(CardHash(approval.card))] = signed
            }
            try store.write(ledger)
            #expect(try store.read() == ledger)
        }
    }
}
