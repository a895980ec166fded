// SPDX-License-Identifier: Apache-2.0
import Foundation
import SoftwarePasskey
import StampClient
import Testing
import TurnkeyClient

@Suite(
    "A disk that is full while a session is stored",
    .mounting,
    .timeLimit(.minutes(15))
)
struct FullDiskTests {
    /// A disk of a few pages, in a mount namespace of a process of its own: gone with it, and in nobody's way.
    private struct TinyDisk {
        let keeper: ChildProcess
        let path: String

        init(in directory: String) throws {
            let mount = "\(directory)/disk"
            let script =
                #"mkdir "$0" && mount -t tmpfs -o size=64k,mode=700 tmpfs "$0" && echo ready && exec sleep 600"#
            keeper = try ChildProcess([
                "unshare", "--mount", "--propagation", "private", "/bin/sh", "-c", script, mount,
            ])
            do {
                try keeper.output.wait("a tiny disk") { $0.contains("ready") }
            } catch {
                keeper.end()
                throw error
            }
            path = "/proc/\(keeper.pid)/root\(mount)"
        }

        /// Writes until nothing more fits.
        func fill() throws { try Self.fill(path) }

        static func fill(_ path: String) throws {
            let file = open("\(path)/ballast", O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
            guard file >= 0 else { throw POSIXError(.EIO) }
            defer { close(file) }
            let page = [UInt8](repeating: 0, count: 4096)
            while write(file, page, page.count) > 0 {}
            guard errno == ENOSPC else { throw POSIXError(.EIO) }
        }

        func makeRoom() throws { try FileManager.default.removeItem(atPath: "\(path)/ballast") }
    }

    @Test("before the approval: nobody is asked")
    func before() async throws {
        try await withDisk { stage, disk, turnkey in
            try disk.fill()
            let prompts = stage.passkey.promptCount
            await #expect { try await turnkey.passkeyClient().loginWithPasskey() } throws: {
                isFull($0 as? TurnkeyError)
            }
            #expect(stage.passkey.promptCount == prompts)
        }
    }

    @Test(
        "after the approval: the session ends, its key is deleted, what was stored is as it was",
        arguments: [
            SessionWay.stampLogin, .bundle,
        ]
    )
    func after(_ way: SessionWay) async throws {
        try await withDisk { stage, disk, turnkey in
            let stored = try turnkey.getCurrentUser()
            let meddler = Meddler(passkey: stage.passkey) { [path = disk.path] in try TinyDisk.fill(path) }
            let login = Turnkey(turnkey.config, passkey: meddler, stateDirectory: disk.path + "/stampd")
            let failure = try await login.expectLoginFailure(way)
            #expect(failure.step == .store)
            #expect(failure.remains == .deleted)
            #expect(isFull(failure.cause), "\(failure.cause)")
            #expect(try await stage.control.listSessions().isEmpty)
            #expect(try turnkey.getCurrentUser() == stored)
            try disk.makeRoom()
            try await turnkey.passkeyClient().loginWithPasskey(way: way)
        }
    }

    private func isFull(_ error: TurnkeyError?) -> Bool {
        guard case .store(.failed(_, "write", "No space left on device"))? = error else { return false }
        return error?.hint?.hasPrefix("make room") == true
    }

    /// A client whose user is known and stored on the disk.
    private func withDisk(_ body: (System.Stage, TinyDisk, Turnkey) async throws -> Void) async throws {
        try await System.withStage { stage in
            let disk = try TinyDisk(in: stage.frame.directory)
            defer { disk.keeper.end() }
            let turnkey = Turnkey(
                try stage.makeTurnkey().config,
                passkey: stage.passkey,
                stateDirectory: disk.path + "/stampd"
            )
            try await stage.registerPasskey(turnkey)
            try await turnkey.passkeyClient().login()
            try await body(stage, disk, turnkey)
        }
    }
}
