// SPDX-License-Identifier: Apache-2.0
import SSHKeys
import StampClient
import Testing

extension BrowserTests {
    @Suite("a fleet's approval at the page of this machine")
    struct FleetTapTests {
        @Test("one tap approves all that was shown, and its session is over when the keys are registered")
        func tap() async throws {
            try await StampctlLoginTests.withStage { stage, browser in
                let fleet = try await FleetStage(stage, users: 1)
                defer { fleet.keys.remove() }
                var asking: [FleetStage.Asking] = []
                for index in 1...3 {
                    try fleet.know("web-\(index)")
                    asking.append(try await fleet.ask("f-\(index)", as: "web-\(index)"))
                }
                _ = try fleet.importHosts()
                let approved = try await StampctlLoginTests.approve(fleet.words(fleet.approval()), stage, browser)
                #expect(approved.ending == .exited(0), "\(approved.errors)")
                #expect(try FleetStage.outcomes(approved.output).values.allSatisfy { $0 == "published" })
                for one in asking { #expect(try await fleet.canStart(one)) }
                await #expect(throws: StampError.self) { try await stage.control.getSession("fleet-minting") }

                let words = fleet.words(["revoke", "--all", "--yes"])
                let revoked = try await StampctlLoginTests.approve(words, stage, browser)
                #expect(revoked.ending == .exited(0), "\(revoked.errors)")
                for one in asking { #expect(try await fleet.whoami(one) == nil) }
            }
        }
    }
}
