// SPDX-License-Identifier: Apache-2.0
import Foundation

/// A configuration's file in a directory of its own.
struct ConfigurationFile {
    let directory: String
    let path: String

    init(_ text: String, in directory: String) throws {
        self.directory = directory
        path = "\(directory)/frame.json"
        try replace(text)
    }

    /// Puts another file in its place, as an editor does.
    func replace(_ text: String) throws {
        let other = "\(directory)/frame.json.new"
        try text.write(toFile: other, atomically: false, encoding: .utf8)
        chmod(other, 0o600)
        rename(other, path)
    }
}

/// Runs `body` with a frame that a service manager started with a configuration.
func withConfiguredFrame(
    _ text: String,
    _ options: [String] = [],
    watchdogMicroseconds: Int? = nil,
    _ body: (FrameProcess, FakeServiceManager, ConfigurationFile) throws -> Void
) async throws {
    try await blocking {
        try TemporaryDirectory.with { own in
            let file = try ConfigurationFile(text, in: own.path)
            try TemporaryDirectory.with { directory in
                let manager = try FakeServiceManager(in: directory.path)
                let frame = try FrameProcess(
                    in: directory.path,
                    passing: PassedListener.pair(in: directory.path),
                    ["--configuration", file.path] + options,
                    environment: manager.environment(watchdogMicroseconds: watchdogMicroseconds)
                )
                defer { frame.end() }
                try manager.wait(for: "STATUS=")
                try body(frame, manager, file)
            }
        }
    }
}

extension FrameProcess {
    /// Has it read its configuration again, and waits until it says that it did.
    func reload(_ manager: FakeServiceManager) throws {
        process.send(SIGHUP)
        try manager.wait(for: "RELOADING=1\nMONOTONIC_USEC=")
        try manager.wait(for: "READY=1")
    }
}
