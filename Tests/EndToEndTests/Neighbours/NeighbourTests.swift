// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

/// One local user, or many uids of one, against the callers of another: nothing that they do reaches them.
@Suite("hostile neighbours", .serialized, .timeLimit(.minutes(15)), .otherUsers)
struct NeighbourTests {
    /// Users without a line in /etc/passwd; `honest` is of no range.
    private static let (hostile, accomplice, honest): (UInt32, UInt32, UInt32) = (4001, 4002, 4003)
    private static let sizes = [1000, 20_000, 200_000, 800_000]
    /// On a busy machine nobody gets a long call, honest or not, whole within the two seconds of the default.
    private static let patience = ["--message-timeout-seconds", "30"]

    /// Runs `body` with a frame whose stamp socket everybody may open, and whose subordinate uids are these.
    private static func withFrame(
        _ options: [String] = [],
        subuid: String = "",
        launcher: [String] = [],
        _ body: @escaping @Sendable (FrameProcess) throws -> Void
    ) async throws {
        try await blocking {
            try TemporaryDirectory.with(mode: 0o711) { directory in
                let files =
                    "mount --bind \"$0/subuid\" /etc/subuid && mount --bind \"$0/passwd\" /etc/passwd && exec \"$@\""
                let passwd = "hostile:x:\(hostile):\(hostile)::/:/bin/sh\n"
                let root = "root:x:0:0:root:/root:/bin/sh\n"
                try subuid.write(toFile: directory.path(of: "subuid"), atomically: false, encoding: .utf8)
                try (root + passwd).write(toFile: directory.path(of: "passwd"), atomically: false, encoding: .utf8)
                let view =
                    subuid.isEmpty
                    ? [] : ["unshare", "--mount", "--propagation", "private", "sh", "-c", files, directory.path]
                let frame = try FrameProcess(
                    in: directory.path,
                    passing: PassedListener.pair(in: directory.path),
                    patience + options,
                    launcher: launcher + view
                )
                defer { frame.end() }
                chmod(frame.stampPath, 0o666)
                try body(frame)
            }
        }
    }

    /// The honest user's calls of every length are stamped, and root's Lock and Unlock are answered.
    private static func expectNothingReached(_ frame: FrameProcess) throws {
        let caller = try HonestCaller.call(count: 3, sizes: sizes, at: frame.stampPath, as: honest)
        #expect(caller.answered == 3 * sizes.count && caller.other.isEmpty, "\(caller.other)")
        for method in ["Lock", "Unlock"] {
            let name = "io.stampd.Control.\(method)"
            let root = try HonestCaller.call(name, count: 2, sizes: [0], at: frame.controlPath, as: 0)
            #expect(root.answered == 2, "\(root.other)")
        }
    }

    @Test("replies that nobody reads stay within the memory that the frame may have; everybody else is answered")
    func unread() async throws {
        try await Self.withFrame { frame in
            try frame.startSession()
            let neighbours = [
                try Neighbour("unread", 500, at: frame.stampPath, as: Self.hostile),
                try Neighbour("unread", 224, at: frame.stampPath, as: Self.accomplice),
            ]
            try Self.expectNothingReached(frame)
            try withExtendedLifetime(neighbours) { try frame.waitForLog("its replies were not taken within 5 s") }
        }
    }

    @Test(
        "in a control group of 192 MiB neither unread replies nor unfinished calls of two users end the frame",
        .memoryGroups
    )
    func memory() async throws {
        let group = try MemoryGroup(limitBytes: 192 * 1024 * 1024)
        let options = ["--memory-limit", "201326592"]
        try await Self.withFrame(options, launcher: group.launcher) { frame in
            try frame.startSession()
            let neighbours = [
                try Neighbour("unread", 500, at: frame.stampPath, as: Self.hostile),
                try Neighbour("unfinished", 200, at: frame.stampPath, as: Self.accomplice),
            ]
            try withExtendedLifetime(neighbours) { try Self.expectNothingReached(frame) }
        }
        let peak = group.peakMebibytes
        #expect((1...96).contains(peak), "\(peak) MiB at most")
    }

    @Test("unfinished calls that fill the memory for reading keep no call of another user from being stamped")
    func unfinished() async throws {
        try await Self.withFrame { frame in
            try frame.startSession()
            let neighbour = try Neighbour("unfinished", 60, at: frame.stampPath, as: Self.hostile)
            try withExtendedLifetime(neighbour) {
                try Self.expectNothingReached(frame)
                try frame.waitForLog("others need the memory")
            }
            #expect(!frame.log.contains("uid \(Self.honest)"), "an honest caller is blamed")
        }
    }

    @Test("five hundred connections that call without a pause do not keep root's Lock or another user's stamps waiting")
    func turns() async throws {
        try await Self.withFrame(["--maximum-stamps-per-second", "0"]) { frame in
            try frame.startSession()
            let neighbour = try Neighbour("listing", 500, at: frame.stampPath, as: Self.hostile)
            try withExtendedLifetime(neighbour) { try Self.expectNothingReached(frame) }
        }
    }

    @Test("open Monitors take one account's places, and nobody else's", .timeLimit(.minutes(15)))
    func watchers() async throws {
        try await Self.withFrame(launcher: ["prlimit", "--nofile=1024:1024"]) { frame in
            try frame.startSession()
            let neighbour = try Neighbour("watching", 900, at: frame.stampPath, as: Self.hostile)
            try withExtendedLifetime(neighbour) { try Self.expectNothingReached(frame) }
        }
    }

    @Test("subordinate uids pay from their owner's account: one quota, and a place for whoever holds none", .mounting)
    func subordinates() async throws {
        let options = [
            "--maximum-connections", "40", "--reserved-connections", "4", "--maximum-connections-per-user", "30",
        ]
        try await Self.withFrame(options, subuid: "hostile:100000:65536\n") { frame in
            try frame.startSession()
            let neighbours = try (0..<4).map { index in
                try Neighbour(
                    "holding",
                    30,
                    at: frame.stampPath,
                    as: index == 0 ? Self.hostile : 100_000 + UInt32(index)
                )
            }
            try withExtendedLifetime(neighbours) {
                let accounts =
                    try frame.controlClient().control("ListAccounts").parameters["accounts"] as? [[String: Any]]
                let own = try #require(accounts?.first { $0["uid"] as? Int == Int(Self.hostile) })
                #expect(try #require(own["connections"] as? Int) <= 30)
                #expect(try #require(own["uids"] as? Int) <= 4)
                #expect(accounts?.contains { ($0["uid"] as? Int ?? 0) >= 100_000 } == false)
                try Self.expectNothingReached(frame)
            }
            try frame.waitForLog("of account \(Self.hostile), pid ")
        }
    }

    @Test(
        "ranges that were replaced by another file, which a bound one does not show, are a line at the reload",
        .mounting
    )
    func replacedRanges() async throws {
        let directory = try TemporaryDirectory()
        defer { directory.remove() }
        let file = try ConfigurationFile("{}", in: directory.path)
        try await Self.withFrame(["--configuration", file.path], subuid: "hostile:100000:65536\n") { frame in
            let path = URL(filePath: frame.directory).appending(path: "subuid")
            // Written beside it, and renamed.
            try Data("hostile:500000:65536\n".utf8).write(to: path, options: .atomic)
            frame.process.send(SIGHUP)
            try frame.waitForLog(
                "/etc/subuid: another file has taken its place, which a restart reads: subordinate users are told apart as before"
            )
        }
    }

    @Test("an account that holds no connection finds a place where two others took every one")
    func places() async throws {
        let options = [
            "--maximum-connections", "40", "--reserved-connections", "4", "--maximum-connections-per-user", "30",
        ]
        try await Self.withFrame(options) { frame in
            try frame.startSession()
            let neighbours = try [Self.hostile, Self.accomplice].map { uid in
                try Neighbour("holding", 30, at: frame.stampPath, as: uid)
            }
            try withExtendedLifetime(neighbours) { try Self.expectNothingReached(frame) }
        }
    }

    @Test("one account's rate is its own, however many connections it has")
    func rate() async throws {
        try await Self.withFrame(["--maximum-stamps-per-second", "20"]) { frame in
            try frame.startSession()
            let neighbour = try Neighbour("stamping", 50, at: frame.stampPath, as: Self.hostile)
            try withExtendedLifetime(neighbour) {
                let caller = try HonestCaller.call(count: 20, sizes: [300], at: frame.stampPath, as: Self.honest)
                #expect(caller.answered == 20 && caller.other.isEmpty)
                // Once its burst is spent.
                try waitUntil("the neighbour's account is held back") {
                    let accounts =
                        try frame.controlClient().control("ListAccounts").parameters["accounts"] as? [[String: Any]]
                    let own = accounts?.first { $0["uid"] as? Int == Int(Self.hostile) }
                    return own?["throttled"] as? String == "rate"
                }
            }
        }
    }
}

extension Trait where Self == ConditionTrait {
    fileprivate static var memoryGroups: Self {
        .enabled(if: !MemoryGroup.areMissing, "no control groups with a limit of memory can be made here")
    }
}
