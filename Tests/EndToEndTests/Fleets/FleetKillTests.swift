// SPDX-License-Identifier: Apache-2.0
import Foundation
import StampClient
import Synchronization
import Testing
import TurnkeyClient

/// Where an approval is killed.
enum KillPoint: String, Sendable, CaseIterable, CustomTestStringConvertible {
    /// While evidence is verified, and nothing was shown.
    case verifying
    /// When the API has answered who the users are.
    case users
    /// When the API has some keys, before it says so.
    case registered
    case beforeSigning, afterSigning
    /// When the first parcel is there.
    case published

    var testDescription: String { rawValue }
}

@Suite("an approval that is killed")
struct FleetKillTests {
    @Test(
        "given again, it does what is left: each frame can start, and no key is registered twice",
        arguments: KillPoint.allCases
    )
    func killed(at point: KillPoint) async throws {
        try await FleetStage.with { fleet in
            var asking: [FleetStage.Asking] = []
            for index in 1...7 {
                try fleet.know("web-\(index)")
                asking.append(try await fleet.ask("f-\(index)", as: "web-\(index)"))
            }
            _ = try fleet.importHosts()
            try await fleet.startSession()
            try await Self.runToDeath(point, fleet)

            if (try? await fleet.stage.control.getSession("fleet-minting")) == nil { try await fleet.startSession() }
            let rest = try fleet.run(fleet.approval())
            #expect(rest.status == 0, "\(rest.errors)\(rest.output)")
            #expect(
                try Set(FleetStage.outcomes(rest.output).values).isSubset(of: ["published", "answered"]),
                "\(rest.output)"
            )
            for one in asking { #expect(try await fleet.canStart(one), "\(one.frame)") }
            let users = try await fleet.stage.makeRoot(fleet.stage.makeTurnkey()).getUsers()
            let registered = users.flatMap(\.apiKeys).map(\.publicKey)
            for one in asking { #expect(registered.count { $0 == one.publicKey } == 1, "\(one.frame)") }
        }
    }

    private static func runToDeath(_ point: KillPoint, _ fleet: FleetStage) async throws {
        let process = Mutex<pid_t?>(nil)
        let kill: @Sendable () -> Void = {
            // The API may answer before the process is known here.
            while process.withLock({ $0 == nil }) { usleep(1_000) }
            process.withLock { if let pid = $0 { _ = Foundation.kill(pid, SIGKILL) } }
        }
        let fatal = [KillPoint.users: "list_users", .registered: "create_api_keys"][point]
        let api = try MortalAPI(inFrontOf: fleet.stage.sandbox.ready.baseUrl) { path in if path == fatal { kill() } }
        let programs = try writePrograms(point, in: fleet.stage.frame.directory)
        let path = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin"
        let child = try ChildProcess(
            [System.program("stampctl")] + fleet.words(fleet.approval()),
            environment: fleet.stage.environment.merging(
                ["TURNKEY_API_BASE_URL": api.baseUrl, "PATH": "\(programs):\(path)"]
            ) { $1 }
        )
        defer { child.end() }
        process.withLock { $0 = child.pid }
        if point == .published {
            while !child.hasEnded, try fleet.parcel(of: "f-1") == nil { await Task.yield() }
            kill()
        }
        let ending = try child.wait()
        // The last step may be done before it is killed there; at every other it has no time.
        if point != .published { #expect(ending == .killed(by: SIGKILL), "\(child.errors.text)") }
    }

    /// An ssh-keygen that kills who runs it.
    private static func writePrograms(_ point: KillPoint, in directory: String) throws -> String {
        let path = "\(directory)/programs"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        let script =
            switch point {
            case .verifying: #"case "$*" in *"-Y verify"*) kill -9 $PPID; exit 1;; esac"#
            case .beforeSigning: #"case "$*" in *"-Y sign"*) kill -9 $PPID; exit 1;; esac"#
            case .afterSigning: #"case "$*" in *"-Y sign"*) /usr/bin/ssh-keygen "$@"; kill -9 $PPID; exit 0;; esac"#
            case .users, .registered, .published: ""
            }
        // By another process: a child that another test forks meanwhile would hold a descriptor of this one's, and what is
        // open for writing cannot be executed (ETXTBSY).
        let text = "#!/bin/sh\n\(script)\nexec /usr/bin/ssh-keygen \"$@\"\n"
        let writer = #"printf %s "$1" > "$0" && chmod 755 "$0""#
        let process = try ChildProcess(["/bin/sh", "-c", writer, "\(path)/ssh-keygen", text])
        defer { process.end() }
        guard try process.wait() == .exited(0) else { throw POSIXError(.EIO) }
        return path
    }
}
