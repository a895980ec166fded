// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

@Suite("stampctl with a security key", .timeLimit(.minutes(15)))
struct StampctlSecurityKeyTests {
    private static let hasNoKey =
        !(((try? FileManager.default.contentsOfDirectory(atPath: "/dev")) ?? []).contains { $0.hasPrefix("hidraw") })

    @Test(
        "where none is plugged in, it says so and what to do",
        .enabled(if: hasNoKey, "a security key may be plugged in"),
        arguments: ["login", "register"]
    )
    func noKey(_ command: String) async throws {
        try await System.withStage { stage in
            let key = command == "register" ? ["--api-key-file", try stage.writeAPIKey()] : []
            let run = try stage.run([command, "--security-key", "--rp-id", "example.com"] + key)
            #expect(run.status == 5)
            #expect(run.errors.hasPrefix("stampctl: no security key is plugged in\nhint: plug it in"), "\(run.errors)")
            #expect(run.output.isEmpty)
        }
    }

    @Test("whose passkeys it is asked for must be named", arguments: ["login", "register"])
    func noRelyingParty(_ command: String) async throws {
        try await System.withStage { stage in
            let run = try stage.run([command, "--security-key"])
            #expect(run.status == 64)
            #expect(run.errors.hasSuffix("\nhint: name the passkey's: --rp-id DOMAIN, or TURNKEY_RP_ID\n"))
        }
    }
}
