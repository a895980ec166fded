// SPDX-License-Identifier: Apache-2.0
import Crypto
import Foundation
import Testing

@Suite("stampctl inject", .timeLimit(.minutes(15)))
struct StampctlInjectTests {
    /// What is done to a good bundle, and what is said of it.
    struct Fault: CustomTestStringConvertible {
        let testDescription: String
        let reason: String
        let spoil: @Sendable (String) throws -> String

        init(_ name: String, _ reason: String, _ spoil: @escaping @Sendable (String) throws -> String) {
            (testDescription, self.reason, self.spoil) = (name, reason, spoil)
        }
    }

    private static let faults = [
        Fault("truncated", "length") { String($0.dropLast(4)) }, Fault("empty", "length") { _ in "" },
        Fault("with a space behind it", "encoding") { $0 + " " },
        Fault("with two newlines behind it", "encoding") { $0 + "\n\n" },
        Fault("damaged", "decryption") { ($0.dropLast(2) + ($0.dropLast().last == "A" ? "BA" : "AA")).description },
        Fault("of no point", "point") { _ in String(repeating: "_", count: 108) },
        Fault("sealed to another frame's key", "decryption") { _ in
            try Credential().bundle(sealedTo: hex(Credential().key.publicKey.x963Representation))
        },
    ]

    @Test(
        "a bad bundle exits 5 with its reason and a hint, is not repeated, and the session stamps on",
        arguments: faults
    )
    func fault(_ fault: Fault) async throws {
        try await System.withFrame { frame in
            let credential = try frame.startSession()
            let bundle = try fault.spoil(frame.bundle(of: Credential()))
            let run = try System.StampctlRun(["inject", "--socket-directory", frame.directory], input: bundle)
            #expect(run.status == 5)
            #expect(run.output.isEmpty)
            #expect(run.errors.hasPrefix("stampctl: invalid credential bundle (\(fault.reason))"), "\(run.errors)")
            #expect(run.errors.contains("\nhint: "))
            #expect(bundle.count < 9 || !run.errors.contains(bundle.prefix(9)))
            try frame.expectStamps(with: credential)
        }
    }

    @Test("a bundle that holds another key than expected exits 5, and the session stamps on")
    func anotherKey() async throws {
        try await System.withFrame { frame in
            let credential = try frame.startSession()
            let arguments = ["inject", "--expect-public-key", Credential().publicKey]
            let run = try System.StampctlRun(
                arguments + ["--socket-directory", frame.directory],
                input: frame.bundle(of: Credential())
            )
            #expect(run.status == 5)
            try frame.expectStamps(with: credential)
        }
    }

    @Test("a bundle or a payload as an argument is wrong usage, and is not repeated", arguments: ["inject", "stamp"])
    func argument(command: String) async throws {
        try await System.withFrame { frame in
            let bundle = try frame.bundle(of: Credential())
            let run = try System.StampctlRun([command, bundle, "--socket-directory", frame.directory])
            #expect(run.status == 64)
            #expect(run.errors.contains("hint: give a file, or - for standard input"))
            #expect(!run.errors.contains(bundle.prefix(9)))
            let long = try System.StampctlRun([command, payload(String(repeating: "x", count: 5000))])
            #expect(long.status == 64)
            #expect(!long.errors.contains(payloadMarker))
        }
    }
}
