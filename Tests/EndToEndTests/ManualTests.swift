// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

@Suite("the manual", .serialized, .timeLimit(.minutes(15)))
struct ManualTests {
    @Test("manual and help name the same options with the same defaults, and the same exit codes")
    func helpAndManual() async throws {
        try await blocking {
            let manual = try Manual.read()
            let help = try Manual(help: Refused(all: ["--help"]).output)
            #expect(manual.options.map(\.name) == help.options.map(\.name))
            #expect(manual.options.map(\.default) == help.options.map(\.default))
            #expect(manual.exitCodes == help.exitCodes)
            #expect(help.options.count >= 15 && help.exitCodes.count == 6)
        }
    }

    @Test("the manual's ranges are those that the daemon holds to")
    func ranges() async throws {
        try await blocking {
            for option in try Manual.read().options {
                guard let range = option.range else { continue }
                let message = "\(option.name) takes a whole number from \(range.lowerBound) to \(range.upperBound)\n"
                for value in [range.lowerBound - 1, range.upperBound + 1] {
                    let refused = try Refused(all: [option.name, "\(value)"])
                    #expect(refused.code == 64)
                    #expect(refused.errors.hasPrefix("stampd: " + message), "\(option.name) \(value)")
                }
            }
        }
    }

    @Test("the manual's defaults are those that the daemon says it holds to")
    func defaults() async throws {
        try await withFrame { frame in
            try frame.waitForLog("at most")
            let line = frame.log.split(separator: "\n").first { $0.contains("limits: ") }
            let numbers = line?.split(separator: "limits: ").last.map { limits in
                limits.split { !$0.isNumber }.map(String.init)
            }
            let defaults = Dictionary(uniqueKeysWithValues: try Manual.read().options.map { ($0.name, $0.default) })
            let named = [
                "--maximum-message-bytes", "--message-timeout-seconds", "--maximum-connections",
                "--maximum-connections-per-user", "--reserved-connections", "--idle-timeout-seconds",
                "--maximum-sessions", "--maximum-expiration-seconds",
            ]
            #expect(numbers == named.map { defaults[$0].flatMap(\.self) ?? "" })
        }
    }
}
