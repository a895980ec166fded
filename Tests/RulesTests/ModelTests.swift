// SPDX-License-Identifier: Apache-2.0
import Foundation
import Rules
import Testing

/// The same decisions by a second implementation, written in Python from the page that defines them.
@Suite("Reference model") struct ModelTests {
    private static let generator = URL(filePath: #filePath).deletingLastPathComponent()
        .appending(path: "python/generate.py")
    private static let caseCount = 100_000

    @Test("generated sets decide generated payloads as the model does", .timeLimit(.minutes(15)))
    func agrees() throws {
        let seed = UInt32.random(in: 0...(.max))
        print("reference model: seed \(seed)")
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = ["python3", Self.generator.path, String(seed), String(Self.caseCount)]
        let output = Pipe()
        process.standardOutput = output
        try process.run()
        var lines = Lines(output.fileHandleForReading)
        var run = Run()
        var caseCount = 0
        while let line = try lines.next() {
            if try run.check(line, seed) { caseCount += 1 }
            if run.differences >= 5 { break }
        }
        // Where it still writes, it ends of the broken pipe.
        try output.fileHandleForReading.close()
        process.waitUntilExit()
        #expect(run.differences > 0 || caseCount == Self.caseCount)
    }

    private struct Run {
        var set: RuleSet?
        var text = ""
        var counters = Counters()
        var workspace = Workspace()
        var differences = 0

        /// Whether the line is a case.
        mutating func check(_ line: Data, _ seed: UInt32) throws -> Bool {
            let object = try #require(try JSONSerialization.jsonObject(with: line) as? [String: Any])
            if let text = object["set"] as? String {
                self.text = text
                set = nil
                counters = Counters()
                do throws(RuleFaults) { set = try RuleSets.readSet(text.utf8.span, socket: "stamp") } catch {
                    Issue.record("seed \(seed): refused \(text): \(error.faults)")
                    differences += 1
                }
                return false
            }
            guard let base64 = object["payload"] as? String, let set else { return false }
            let payload = Array(try #require(Data(base64Encoded: base64)))
            let caller = try Caller(model: try #require(object["caller"] as? [String: Any]))
            let boot = try #require(object["boot"] as? Int64)
            let clock = Clock(wallMilliseconds: Clock.monday, bootNanoseconds: boot)
            let decision = set.decide(payload.span, for: caller, at: clock, with: counters, using: &workspace)
            let expected = try #require(object["expect"] as? [String: Any])
            let wanted = Verdict(
                try #require(expected["effect"] as? String),
                expected["id"] as? String,
                expected["reason"] as? String,
                at: expected["at"] as? String
            )
            let retry = expected["retry"] as? Int64
            if Self.isShown(decision), wanted == Verdict(decision), decision.retryAfterMilliseconds == retry {
                if decision.effect != .deny { counters.charge(decision.charges, at: boot) }
            } else {
                differences += 1
                let text = String(decoding: payload, as: UTF8.self)
                Issue.record(
                    """
                    seed \(seed): \(Verdict(decision)) \(decision.retryAfterMilliseconds ?? -1), \
                    the model: \(wanted) \(retry ?? -1)
                    \(text)
                    \(String(describing: object["caller"] ?? ""))
                    \(self.text)
                    """
                )
            }
            return true
        }

        /// What is stamped has no reason, and what is not has one.
        private static func isShown(_ decision: Decision) -> Bool {
            (decision.effect == .deny) == (decision.reason != nil)
                && (decision.effect == .confirm) == (decision.confirmation != nil)
        }
    }
}

/// Lines as they come.
private struct Lines {
    private let handle: FileHandle
    private var buffer = Data()

    init(_ handle: FileHandle) { self.handle = handle }

    mutating func next() throws -> Data? {
        while true {
            if let end = buffer.firstIndex(of: UInt8(ascii: "\n")) {
                let line = Data(buffer[..<end])
                buffer = buffer[(end + 1)...]
                return line
            }
            guard let more = try handle.read(upToCount: 65_536), !more.isEmpty else { return nil }
            buffer = Data(buffer) + more
        }
    }
}

extension Caller {
    fileprivate init(model: [String: Any]) throws {
        func key(_ value: Any?) -> KeyBytes? { (value as? String).flatMap { KeyBytes(hex: $0) } }
        func told(_ value: Any?) throws -> ProxyStatement {
            let object = try #require(value as? [String: String])
            switch object["told"] {
            case "none": return .none
            case "untold": return .untold
            default: return .text(try #require(object["text"]))
            }
        }
        let session = try (model["session"] as? [String: Any]).map { session in
            let origin = try #require(session["origin"] as? String)
            return Session(
                name: Text(try #require(session["name"] as? String)),
                origin: try #require(Origin(rawValue: origin)),
                publicKey: key(session["publicKey"])
            )
        }
        self.init(
            account: model["account"] as? UInt32,
            gids: model["gids"] as? [UInt32],
            units: model["units"] as? [String],
            session: session,
            delegate: try told(model["delegate"]),
            path: try told(model["path"]),
            pendingKey: key(model["pendingKey"]),
            embeddedKey: key(model["embeddedKey"])
        )
    }
}
