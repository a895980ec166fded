// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

extension Lab {
    private static let tools = "/usr/libexec/stampd-tests"

    /// Puts units, accounts and this build's stampd where a package would, and what a build for tests needs besides: the
    /// libraries of its toolchain, where the service's empty root finds those of the system.
    func install() throws {
        let process = try ChildProcess([repository("systemd/install").path, root, "/usr"])
        try #require(try process.wait() == .exited(0), "\(process.errors.text)")
        try put(product: "stampd")
        try put(product: "stampd-evidence", in: "/usr/lib/stampd")
        try putTools()
        try run("systemd-sysusers")
        try run("systemd-tmpfiles", "--create", "stampd.conf")
        try run("systemctl", "daemon-reload")
        try run("systemctl", "start", "stampd-stamp.socket", "stampd-control.socket")
    }

    /// Puts the clients of Lab/machine into it.
    func putTools() throws {
        for tool in ["call.py", "deadline.py", "load.py", "flood.py", "forge.py", "take.py", "fake-frame.py"] {
            let text = try String(contentsOf: repository("Tests/EndToEndTests/Lab/machine/\(tool)"), encoding: .utf8)
            try put(text, at: "\(Self.tools)/\(tool)")
        }
    }

    /// Puts a program of this build into a folder, and its libraries.
    func put(product name: String, in folder: String = "/usr/bin") throws {
        let product = URL(filePath: FrameProcess.executable).deletingLastPathComponent().appending(path: name).path
        try put(program: product, at: "\(folder)/\(name)")
        try put(librariesOf: product)
    }

    /// Puts the libraries of the toolchain that a program of this build is linked to, where those of the system are.
    func put(librariesOf product: String) throws {
        let libraries = try Self.libraries(of: product)
        let system = try #require(libraries.first { $0.hasSuffix("/libc.so.6") })
        let folder = URL(filePath: system).deletingLastPathComponent().path
        for library in libraries where !library.hasPrefix("\(folder)/") {
            try put(program: library, at: "\(folder)/\(URL(filePath: library).lastPathComponent)")
        }
    }

    /// Stops what a test started, and takes its drop-ins away.
    func clear() {
        _ = try? attempt([
            "sh", "-c",
            """
            rm -rf /run/systemd/system/*.d
            systemctl daemon-reload
            systemctl stop stampd.service 'stampd-proxy*' 'stampd-courier*' 'stampd-evidence*' 'stampd-deliver*'
            systemctl reset-failed
            systemctl start stampd-stamp.socket stampd-control.socket
            """,
        ])
    }

    /// Adds lines to a unit.
    func extend(_ unit: String = "stampd.service", with lines: String) throws {
        try put(lines, at: "/run/systemd/system/\(unit).d/test.conf")
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

    /// A program of Lab/machine, as one of the lab's users.
    func attempt(
        tool: String,
        _ arguments: [String],
        as user: String = "root",
        within seconds: Double = patience
    ) throws -> Run {
        try attempt(
            ["runuser", "-u", user, "--", "/usr/bin/python3", "\(Self.tools)/\(tool)"] + arguments,
            within: seconds
        )
    }

    /// A property of a unit, as `systemctl show` prints it.
    func show(_ property: String, of unit: String = "stampd.service") throws -> String {
        try run("systemctl", "show", "--value", "--property", property, unit)
    }

    /// Waits until a property is as `isExpected` says.
    func wait(
        for property: String,
        of unit: String = "stampd.service",
        _ isExpected: (String) -> Bool
    ) throws {
        try waitUntil("\(property) of \(unit)") { isExpected(try show(property, of: unit)) }
    }

    /// Its lines in the journal, since the lab's boot.
    func log(of unit: String = "stampd.service") throws -> String {
        try run("journalctl", "--sync")
        return try run("journalctl", "--unit", unit, "--output=cat", "--no-pager")
    }
}
