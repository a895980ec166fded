// SPDX-License-Identifier: Apache-2.0
import Crypto
import Foundation
import Testing

@Suite("state kept by the service manager", .serialized, .timeLimit(.minutes(15)), .keptState)
struct StateTests {
    @Test(
        "session, deadline, embedded key and lock are there after a stop, a crash and a kill, and on",
        arguments: [SIGTERM, SIGKILL, SIGABRT]
    )
    func kept(_ signal: CInt) async throws {
        try await withServiceManager { manager, directory in
            let first = try manager.start(directory)
            defer { first.end() }
            let credential = try first.startSession("a", seconds: 600)
            let (key, deadline) = (try first.initEmbeddedKey(), try Window(of: "a", in: first))
            #expect(try first.controlClient().control("Lock").summary == "ok")
            first.process.send(signal)
            _ = try first.process.wait()
            #expect(try manager.state.count == 1)
            let second = try manager.start(directory)
            defer { second.end() }
            #expect(second.log.contains("state taken over: 1 sessions, an embedded key, locked"))
            #expect(try Window(of: "a", in: second).overlaps(deadline))
            #expect(try second.initEmbeddedKey() == key)
            #expect(
                try second.stampClient().stamper("Stamp", ["payload": "p", "session": "a"]).summary.hasPrefix("Locked")
            )
            #expect(try second.controlClient().control("Unlock").summary == "ok")
            second.process.send(SIGKILL)
            _ = try second.process.wait()
            let third = try manager.start(directory)
            defer { third.end() }
            #expect(third.log.contains(", not locked"))
            let payload = payload("third")
            let stamp = try third.stampClient().stamper("Stamp", ["payload": payload, "session": "a"])
            #expect(try stamp.isStamp(of: payload, by: credential.publicKey))
            #expect(try manager.state.count == 1)
        }
    }

    @Test(
        "after a reset nothing is stored, nothing is left in the memory, and nothing comes back",
        arguments: [true, false]
    )
    func reset(_ bySignal: Bool) async throws {
        try await withServiceManager { manager, directory in
            let first = try manager.start(directory)
            defer { first.end() }
            try first.startSession()
            let memory = try SharedMemory(try #require(try manager.state.first))
            #expect(!memory.isZero)
            if bySignal {
                first.process.send(SIGUSR1)
                try first.waitForLog("embedded key gone")
                try first.stampClient().stamper("GetStatus")
            } else {
                #expect(try first.controlClient().control("ResetEmbeddedKey").summary == "ok")
            }
            #expect(memory.isZero)
            #expect(try manager.state.isEmpty)
            try first.startSession("later")
            #expect(try manager.state.count == 1 && !memory.isZero)
            #expect(try first.controlClient().control("ResetEmbeddedKey").summary == "ok")
            first.process.send(SIGKILL)
            _ = try first.process.wait()
            let second = try manager.start(directory)
            defer { second.end() }
            try expectEmpty(second)
        }
    }

    @Test("a session that ended or expired leaves no trace of its key in the memory") func ended() async throws {
        try await withServiceManager { manager, directory in
            let frame = try manager.start(directory)
            defer { frame.end() }
            let ended = try frame.startSession("ended")
            let expiring = try frame.startSession("expiring", seconds: 1)
            let kept = try frame.startSession("kept")
            let memory = try SharedMemory(try #require(try manager.state.first))
            #expect(memory.contains(ended.key.rawRepresentation) && memory.contains(kept.key.rawRepresentation))
            #expect(try frame.controlClient().control("EndSession", ["session": "ended"]).summary == "ok")
            #expect(!memory.contains(ended.key.rawRepresentation))
            try frame.waitForLog("session expiring expired")
            try frame.stampClient().stamper("GetStatus")
            #expect(!memory.contains(expiring.key.rawRepresentation))
            #expect(memory.contains(kept.key.rawRepresentation))
        }
    }

    @Test("a stamp writes nothing there, nor does a call that changes nothing") func unchanged() async throws {
        try await withServiceManager { manager, directory in
            let frame = try manager.start(directory)
            defer { frame.end() }
            let credential = try frame.startSession()
            let memory = try SharedMemory(try #require(try manager.state.first))
            let before = memory.copy
            try frame.expectStamps(with: credential)
            for method in ["GetStatus", "ListSessions", "GetSession"] { try frame.stampClient().stamper(method) }
            let other = Credential().publicKey
            #expect(try frame.stampClient().stamper("ReportRejected", ["publicKey": other]).summary == "ok")
            #expect(memory.copy == before)
        }
    }

    @Test("stored state that is not as it was left is dropped with a line, and the frame starts empty")
    func refused() async throws {
        let rows: [(reason: String, spoil: (SharedMemory) -> Void, bootId: String?)] = [
            ("it is damaged", { Self.change($0, at: 200) }, ServiceManager.bootId),
            ("it is no state of stampd", { Self.change($0, at: 0) }, ServiceManager.bootId),
            (
                "it is of version 3, which this stampd does not read", { Self.change($0, at: 8, by: 2) },
                ServiceManager.bootId
            ),
            ("it was written in another boot of the machine", { _ in }, String(repeating: "e", count: 32)),
            ("--keep-state is not given", { _ in }, nil),
        ]
        for row in rows {
            try await withServiceManager { manager, directory in
                let first = try manager.start(directory)
                defer { first.end() }
                try first.startSession()
                #expect(try first.stop() == .exited(0))
                let memory = try SharedMemory(try #require(try manager.state.first))
                row.spoil(memory)
                let second = try manager.start(directory, bootId: row.bootId)
                defer { second.end() }
                #expect(second.log.contains("kept state dropped: \(row.reason); the frame starts empty"))
                #expect(memory.isZero)
                #expect(try manager.state.isEmpty)
                try expectEmpty(second)
                try second.expectStamps(with: second.startSession())
                #expect(try manager.state.count == (row.bootId == nil ? 0 : 1))
            }
        }
    }

    /// Changes one byte of the slot that is in use.
    private static func change(_ memory: SharedMemory, at offset: Int, by bits: UInt8 = 1) {
        let isFirst = memory.bytes[0] != 0
        memory.bytes[(isFirst ? 0 : (memory.bytes.count - 4096) / 2) + offset] ^= bits
    }

    @Test("stored descriptors that are not what a frame stores, or too many, are dropped and closed with a line")
    func foreign() async throws {
        try await withServiceManager { manager, directory in
            let file = fcntl(open("/dev/zero", O_RDWR), F_DUPFD_CLOEXEC, 20)
            let empty = fcntl(try ChildPipe().readEnd, F_DUPFD_CLOEXEC, 20)
            defer { for descriptor in [file, empty] { close(descriptor) } }
            for passed in [[file], [empty], [file, empty]] {
                let frame = try manager.start(directory, alsoPassing: passed)
                defer { frame.end() }
                let reason = passed.count == 1 ? "the descriptor is none that stampd made" : "there is more than one"
                #expect(frame.log.contains("kept state dropped: \(reason); the frame starts empty"))
                try expectEmpty(frame)
                for number in [3, 4] {
                    let path = "/proc/\(frame.pid)/fd/\(number)"
                    let target = try? FileManager.default.destinationOfSymbolicLink(atPath: path)
                    #expect(target?.hasPrefix("pipe:") != true && target != "/dev/zero")
                }
            }
        }
    }

    @Test(
        "killed 100 times while sessions come and go: what was answered is there, and what was not is there whole or not"
    )
    func killed() async throws {
        try await withServiceManager { manager, directory in
            var generator = SystemRandomNumberGenerator()
            let names = (0..<8).map { "s\($0)" }
            var frame = try manager.start(directory)
            defer { frame.end() }
            let bundles = try names.map { _ in try frame.bundle(of: Credential()) }
            let calls =
                zip(names, bundles).map { name, bundle in
                    makeCall("io.stampd.Control.InjectCredentialBundle", ["bundle": bundle, "session": name])
                } + names.map { makeCall("io.stampd.Control.EndSession", ["session": $0]) }
            let states = (0...8).map { names[..<$0] } + (1...8).map { names[$0...] }
            for round in 0..<100 {
                let control = try frame.controlClient()
                for name in names { try control.control("EndSession", ["session": name]) }
                let answered = Int.random(in: 0..<calls.count, using: &generator)
                try control.write(calls.flatMap(\.self))
                for _ in 0..<answered { #expect(try control.readReply().summary == "ok") }
                frame.process.send(SIGKILL)
                _ = try frame.process.wait()
                frame = try manager.start(directory)
                #expect(frame.log.contains("state taken over"), "round \(round): \(frame.log)")
                let sessions =
                    try frame.stampClient().stamper("ListSessions").parameters["sessions"] as? [[String: Any]]
                let left = sessions?.compactMap { $0["session"] as? String } ?? ["?"]
                #expect(
                    states[answered...].contains { Array($0) == left },
                    "round \(round), \(answered) answered: \(left)"
                )
            }
        }
    }
}

/// A frame with no key, no session and no lock.
private func expectEmpty(_ frame: FrameProcess) throws {
    let status = try frame.stampClient().stamper("GetStatus").object("status")
    #expect(status["embeddedPublicKey"] == nil && status["sessions"] as? Int == 0 && status["locked"] as? Bool == false)
}

/// Between which moments of CLOCK_BOOTTIME, in milliseconds, a session's deadline lies.
private struct Window {
    let range: ClosedRange<Int>

    init(of session: String, in frame: FrameProcess) throws {
        let client = try frame.stampClient()
        let start = Self.now
        let reply = try client.stamper("GetSession", ["session": session])
        let left = try #require(reply.object("session")["expiresInMilliseconds"] as? Int)
        range = start + left...Self.now + left + 1
    }

    func overlaps(_ other: Window) -> Bool { range.overlaps(other.range) }

    private static var now: Int {
        var time = timespec()
        clock_gettime(CLOCK_BOOTTIME, &time)
        return time.tv_sec * 1000 + time.tv_nsec / 1_000_000
    }
}
