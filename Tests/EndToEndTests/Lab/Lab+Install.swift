// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

extension Lab {
    static let client = "/usr/libexec/stampd-tests/call.py"

    /// Puts units, accounts and this build's stampd where a package would, and what a build for tests needs besides: the
    /// libraries of its toolchain, where the service's empty root finds those of the system.
    func install() throws {
        let process = try ChildProcess([repository("systemd/install").path, root, "/usr"])
        try #require(try process.wait() == .exited(0), "\(process.errors.text)")
        try put(FrameProcess.executable, at: "/usr/bin/stampd")
        let libraries = try Self.libraries(of: FrameProcess.executable)
        let system = try #require(libraries.first { $0.hasSuffix("/libc.so.6") })
        let folder = URL(filePath: system).deletingLastPathComponent().path
        for library in libraries where !library.hasPrefix("\(folder)/") {
            try put(library, at: "\(folder)/\(URL(filePath: library).lastPathComponent)")
        }
        let client = try Data(contentsOf: repository("Tests/EndToEndTests/Lab/call.py"))
        let folderOfClient = URL(filePath: root + Self.client).deletingLastPathComponent()
        try FileManager.default.createDirectory(at: folderOfClient, withIntermediateDirectories: true)
        try client.write(to: URL(filePath: root + Self.client))
        try run("systemd-sysusers")
        try run("systemd-tmpfiles", "--create", "stampd.conf")
        try run("systemctl", "daemon-reload")
    }

    /// The files that ldd(1) resolves.
    private static func libraries(of program: String) throws -> [String] {
        let process = try ChildProcess(["ldd", program])
        #expect(try process.wait() == .exited(0))
        try process.output.waitForEnd()
        return process.output.text.split(separator: "\n").compactMap { line in
            line.components(separatedBy: " => ").dropFirst().first?.split(separator: " ").first.map(String.init)
        }
    }

    /// Makes a user of the lab's, in these groups.
    func addUser(_ name: String, groups: String...) throws {
        try run("useradd", "--create-home", "--groups", groups.joined(separator: ","), name)
    }

    /// One call on a socket in the lab, as one of its users; the reply's text, or in `errors` what the system refused.
    func call(_ method: String, _ parameters: String = "{}", at socket: String, as user: String = "root") throws -> Run
    {
        let call = ["/usr/bin/python3", Self.client, socket, method, parameters]
        return try attempt(["runuser", "-u", user, "--"] + call)
    }

    /// A property of a unit, as `systemctl show` prints it.
    func show(_ property: String, of unit: String = "stampd.service") throws -> String {
        try run("systemctl", "show", "--value", "--property", property, unit)
    }
}
