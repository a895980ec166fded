// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import stampd

@Suite("Landlock's rights by the kernel's ABI")
struct LandlockTests {
    struct Row: CustomTestStringConvertible, Sendable {
        let abi: Int32
        let files: UInt64
        let ports: UInt64
        let scopes: UInt64
        var testDescription: String { "ABI \(abi)" }
    }

    @Test(
        "all that the ABI has is denied, and nothing that it does not have is asked for",
        arguments: [
            Row(abi: 1, files: 0x1fff, ports: 0, scopes: 0), Row(abi: 2, files: 0x3fff, ports: 0, scopes: 0),
            Row(abi: 3, files: 0x7fff, ports: 0, scopes: 0), Row(abi: 4, files: 0x7fff, ports: 3, scopes: 0),
            Row(abi: 5, files: 0xffff, ports: 3, scopes: 0), Row(abi: 6, files: 0xffff, ports: 3, scopes: 3),
            Row(abi: 7, files: 0xffff, ports: 3, scopes: 3), Row(abi: 99, files: 0xffff, ports: 3, scopes: 3),
        ]
    )
    func rights(_ row: Row) {
        let landlock = Landlock(abi: row.abi, notifiesAbstractSocket: false)
        #expect(landlock.handledFiles == row.files)
        #expect(landlock.handledPorts == row.ports)
        #expect(landlock.scopes == row.scopes)
    }

    @Test("a service manager that listens at an abstract name stays in reach, and nothing else for it")
    func abstractSocket() {
        let landlock = Landlock(abi: 6, notifiesAbstractSocket: true)
        #expect(landlock.scopes == Landlock.signals)
        #expect(landlock.handledFiles == 0xffff)
        #expect(landlock.handledPorts == 3)
    }
}
