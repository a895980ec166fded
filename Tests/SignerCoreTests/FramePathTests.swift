// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

@testable import SignerCore

extension SignerCoreTests {
    @Suite("A frame goes the ways of its model in Models/frame.pml") struct FramePathTests {
        private static let isThere = FileManager.default.isExecutableFile(atPath: "/usr/bin/spin")

        @Test(
            "along a random path: the same answers, states and ends, over restarts too",
            .enabled(if: isThere, "spin is of Debian's package of that name"),
            arguments: 0..<3
        )
        func path(_ number: Int) throws {
            let generator = SeededGenerator(for: "FramePathTests.path(\(number))")
            let lines = try Self.lines(seed: (generator.seed &+ UInt64(number)) & 0x3FFF_FFFF)
            var walker = try FrameWalker()
            for (index, line) in lines.enumerated() {
                try walker.follow(
                    line,
                    "STAMPD_TEST_SEED=\(generator.seed), line \(index + 1) of path \(number): \(line)"
                )
            }
            #expect(walker.seen.count == FrameWalker.calls.count, "\(walker.seen.sorted())")
        }

        /// What spin says of a random path: calls, and what they come to.
        private static func lines(seed: UInt64) throws -> [String] {
            let model = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../Models/frame.pml")
            let directory = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
            try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: false)
            defer { try? FileManager.default.removeItem(at: directory) }
            try FileManager.default.copyItem(at: model, to: directory.appending(path: "frame.pml"))
            let spin = Process()
            spin.executableURL = URL(filePath: "/usr/bin/spin")
            spin.arguments = [
                "-T", "-n\(seed)", "-u150000", "-DEND=240", "-DMAXIMUM=\(FrameWalker.maximum)", "-DRARE=7", "frame.pml",
            ]
            spin.currentDirectoryURL = directory
            let pipe = Pipe()
            spin.standardOutput = pipe
            try spin.run()
            let output = try pipe.fileHandleForReading.readToEnd() ?? Data()
            spin.waitUntilExit()
            // Behind the path, its last state.
            let text = String(decoding: output, as: UTF8.self)
            return text.prefix(upTo: text.range(of: "-------------")?.lowerBound ?? text.endIndex)
                .split(separator: "\n").map(String.init)
        }
    }
}

/// A frame that does what a path of the model says, and must be what it says.
private struct FrameWalker: ~Copyable {
    private let frame: TestFrame
    private let memory: StateMemory
    private var slots: StateSlots
    private let limits: FrameLimits
    private let credentials = [TestCredential(), TestCredential()]
    private var generated: PublicKey?
    /// A bundle of each credential, for as long as the embedded key is the same.
    private var bundles: (embedded: [UInt8], texts: [String]) = ([], [])
    private var answer = 0
    /// Sessions of which watchers were told the start, and not yet the end.
    private var open: Set<SessionName> = []
    private(set) var seen: Set<String> = []

    private static let names: [SessionName] = ["a", "b"]
    /// The model's unit of time.
    private static let unitSeconds: Int64 = 100
    /// The longest session that is asked for, in units.
    static let maximum: Int64 = 8
    private static let start = TestFrame().now
    static let calls: Set = [
        "pass", "initEmbeddedKey", "reset", "injectCredentialBundle", "createSessionKey", "dropSessionKey",
        "activateSession", "endSession", "reportRejected", "lock", "unlock", "stamp", "ask", "confirm", "conclude",
        "writeState", "answer", "restart", "reboot",
    ]

    init() throws {
        var limits = FrameLimits()
        limits.expiringNoticeSeconds = 0
        limits.pendingKeySeconds = Self.maximum * Self.unitSeconds
        self.limits = limits
        frame = TestFrame(limits: limits)
        memory = try StateMemory()
        slots = StateSlots(memory.bytes)
    }

    mutating func follow(_ line: String, _ place: String) throws {
        let words = line.split(separator: " ").map(String.init)
        let numbers = words.dropFirst().compactMap { Int64($0) }
        try #require(numbers.count == words.count - 1 && numbers.count >= 3, "\(place)")
        #expect(Self.calls.contains(words[0]), "\(place)")
        seen.insert(words[0])
        switch words[0] {
        case "writeState": try writeState()
        case "restart": try readState(bootId: "b", place)
        case "reboot": try readState(bootId: "c", place)
        case "answer": try compare(numbers.map(Int.init), place)
        default: answer = try call(words[0], Int(numbers[0]), Int(numbers[1]), numbers[2] * Self.unitSeconds)
        }
    }

    /// The number that the model has for what the frame answers.
    private mutating func call(_ call: String, _ name: Int, _ key: Int, _ seconds: Int64) throws -> Int {
        do {
            try perform(call, Self.names[name], key, seconds)
            return 1
        } catch FrameError.locked { return 2 } catch FrameError.noSession { return 3 } catch FrameError.sessionExpired {
            return 4
        } catch FrameError.noEmbeddedKey { return 5 } catch FrameError.unknownSessionKey { return 6 }
    }

    private mutating func perform(_ call: String, _ name: SessionName, _ key: Int, _ seconds: Int64) throws {
        let now = frame.now
        switch call {
        case "pass":
            frame.frame.advance(to: now)
            frame.now = now.adding(seconds: Self.unitSeconds)
        case "initEmbeddedKey": try frame.initEmbeddedKey(seconds: seconds)
        case "reset": frame.frame.reset(at: now)
        case "injectCredentialBundle": try frame.inject(bundle(key), as: name, seconds: seconds)
        case "createSessionKey": generated = try frame.frame.createSessionKey(for: name, at: now)
        case "dropSessionKey": _ = frame.frame.dropSessionKey(try publicKey(key), at: now)
        case "activateSession":
            let request = SessionRequest(expirationSeconds: seconds)
            _ = try frame.frame.activateSession(publicKey(key), as: request, at: now)
        case "endSession": try frame.frame.endSession(name, at: now)
        case "reportRejected": frame.frame.reportRejected(try publicKey(key), session: nil, at: now)
        case "lock": frame.frame.lock(at: now)
        case "unlock": frame.frame.unlock(at: now)
        case "stamp": try checkStamp(frame.stamp(as: name))
        case "ask": _ = try frame.frame.stampingSession(name, at: now)
        case "confirm": frame.frame.advance(to: now)
        default: try conclude(name, key)
        }
    }

    /// As the daemon does at a yes: whatever has become of the session, the model says that there is none.
    private func conclude(_ name: SessionName, _ key: Int) throws {
        let publicKey = try publicKey(key)
        do throws(FrameError) {
            let session = try frame.frame.stampingSession(name, at: frame.now)
            guard session.publicKey == publicKey else { throw .publicKeyMismatch(session.publicKey) }
        } catch { throw FrameError.noSession(name) }
        try checkStamp(frame.stamp(as: name, expecting: publicKey))
    }

    private func checkStamp(_ stamp: String) throws {
        #expect(try StampText(stamp).isValid(for: Array("{}".utf8)))
    }

    private func publicKey(_ key: Int) throws -> PublicKey {
        key == 3 ? try #require(generated) : credentials[key - 1].publicKey
    }

    private mutating func bundle(_ key: Int) throws -> String {
        guard let embedded = try? frame.embeddedPublicKey() else { return "" }
        if bundles.embedded != embedded {
            bundles = (embedded, try credentials.map { try $0.sealed(to: embedded).base58Check })
        }
        return bundles.texts[key - 1]
    }

    /// As the daemon does before it answers.
    private mutating func writeState() throws {
        if frame.frame.isBlank { return slots.wipe() }
        try slots.write(frame.frame, bootId: .of("b"), at: frame.now)
    }

    private mutating func readState(bootId digit: Character, _ place: String) throws {
        let bootId = try BootId.of(digit)
        slots = StateSlots(memory.bytes)
        var read: Frame?
        var error: StateError?
        do throws(StateError) { read = try slots.read(limits: limits, bootId: bootId, at: frame.now) } catch let thrown
        {
            error = thrown
        }
        switch read {
        case .some: #expect(digit == "b", "\(place)")
        case .none: #expect(error == nil || (error == .bootId && digit != "b"), "\(place)")
        }
        if error != nil { slots.wipe() }
        frame.frame = read ?? Frame(limits: limits)
        open = Set(frame.frame.sessions.map(\.name))
    }

    private mutating func compare(_ expected: [Int], _ place: String) throws {
        try noteEvents(place)
        let state = frame.snapshot()
        func time(_ moment: BootInstant?) -> Int {
            moment.map { Int(($0.nanoseconds - Self.start.nanoseconds) / 1_000_000_000 / Self.unitSeconds) + 1 } ?? 0
        }
        let keys = credentials.map(\.publicKey) + (generated.map { [$0] } ?? [])
        var found = [answer, state.isLocked ? 1 : 0, time(state.embeddedKeyExpiry)]
        for name in Self.names {
            let session = state.sessions.first { $0.name == name }
            found.append(session.flatMap { keys.firstIndex(of: $0.publicKey) }.map { $0 + 1 } ?? 0)
            found.append(time(session?.deadline))
            found.append(state.expiredNames.contains(name) ? 1 : 0)
        }
        found += keys.prefix(2).map { time(state.rememberedDeadlines[$0]) }
        found.append(time(state.pendingKeys.values.first?.dropped))
        #expect(found == expected, "\(place)")
        #expect(open == Set(state.sessions.map(\.name)), "\(place)")
    }

    /// Each session begins once and ends once.
    private mutating func noteEvents(_ place: String) throws {
        for event in frame.takeEvents() {
            switch event {
            case .sessionStarted(let name, _, _): #expect(open.insert(name).inserted, "\(place)")
            case .sessionExpired(let name, _), .sessionEnded(let name, _), .sessionRejected(let name, _):
                #expect(open.remove(name) != nil, "\(place)")
            default: break
            }
        }
    }
}
