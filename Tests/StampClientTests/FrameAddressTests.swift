// SPDX-License-Identifier: Apache-2.0
import FakeFrame
import Foundation
import Glibc
import StampClient
import Testing

@Suite("Where a frame is looked for")
struct FrameAddressTests {
    @Test("the argument, then STAMPD_SOCKET_DIRECTORY, then XDG_RUNTIME_DIR where it exists, then /run/stampd")
    func order() throws {
        let runtime = FakeFrame.makeDirectory()
        #expect(FrameAddress(environment: ["XDG_RUNTIME_DIR": runtime]).directory == "/run/stampd")
        try FileManager.default.createDirectory(atPath: runtime + "/stampd", withIntermediateDirectories: false)
        #expect(FrameAddress(environment: ["XDG_RUNTIME_DIR": runtime]).directory == runtime + "/stampd")
        let environment = ["XDG_RUNTIME_DIR": runtime, "STAMPD_SOCKET_DIRECTORY": "/named"]
        #expect(FrameAddress(environment: environment).directory == "/named")
        #expect(FrameAddress(socketDirectory: "/given", environment: environment).directory == "/given")
        #expect(
            FrameAddress(environment: ["STAMPD_SOCKET_DIRECTORY": "", "XDG_RUNTIME_DIR": ""]).directory == "/run/stampd"
        )
        #expect(FrameAddress(environment: [:]).directory == "/run/stampd")
        #expect(FrameAddress(environment: ["XDG_RUNTIME_DIR": "."]).directory == "/run/stampd")
    }

    @Test("what keeps a runtime directory from being one's own is told")
    func runtimeDirectory() {
        let directory = FakeFrame.makeDirectory()
        #expect(RuntimeDirectory.findFault(["XDG_RUNTIME_DIR": directory]) == nil)
        chmod(directory, 0o750)
        #expect(RuntimeDirectory.findFault(["XDG_RUNTIME_DIR": directory]) == .open(path: directory, mode: 0o750))
        #expect(RuntimeDirectory.findFault([:]) == .unset)
        #expect(RuntimeDirectory.findFault(["XDG_RUNTIME_DIR": ""]) == .unset)
        #expect(RuntimeDirectory.findFault(["XDG_RUNTIME_DIR": "run"]) == .relative)
        #expect(RuntimeDirectory.findFault(["XDG_RUNTIME_DIR": "/nonexistent"]) == .missing(path: "/nonexistent"))
        guard geteuid() == 0 else { return }
        chown(directory, 54_321, 54_321)
        let foreign = RuntimeDirectory.Fault.foreign(path: directory, userId: 54_321)
        #expect(RuntimeDirectory.findFault(["XDG_RUNTIME_DIR": directory]) == foreign)
    }

    @Test("a path over 107 bytes is refused, not cut")
    func tooLong() async {
        let directory = "/" + String(repeating: "d", count: 107 - "/stamp.sock".count)
        await #expect(throws: StampError.unusablePath(path: directory + "/stamp.sock")) {
            try await StampClient(FrameAddress(socketDirectory: directory), deadline: .seconds(120)).stamp(payload: "p")
        }
        let shorter = String(directory.dropLast())
        await #expect(throws: StampError.noFrame(path: shorter, reason: "No such file or directory")) {
            try await StampClient(FrameAddress(socketDirectory: shorter), deadline: .seconds(120)).stamp(payload: "p")
        }
    }

    @Test(
        "a frame's user is a name of the user database or a number",
        arguments: [
            ("root", 0), ("0", 0), ("1000", 1_000), ("4294967295", .max), ("no-such-user-here", nil), ("", nil),
            ("-1", nil),
        ] as [(String, UInt32?)]
    )
    func user(_ text: String, _ userId: UInt32?) {
        #expect(FrameUser(text)?.userId == userId)
    }
}
