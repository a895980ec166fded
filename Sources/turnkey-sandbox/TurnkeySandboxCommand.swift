// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Foundation
import Logging
import TurnkeySandbox

/// `turnkey-sandbox`: runs the sandbox until it is told to stop.
@main
struct TurnkeySandboxCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "turnkey-sandbox",
        abstract: "Serve a strict stand-in for Turnkey's API on 127.0.0.1, in memory.",
        usage: "turnkey-sandbox --ready-file FILE [--port PORT] [OPTIONS]",
        discussion: helpText
    )

    @Option(help: ArgumentHelp("Where to say that it listens.", valueName: "file"))
    var readyFile: String

    @Option(help: ArgumentHelp("The TCP port on 127.0.0.1; 0 takes a free one.", valueName: "port"))
    var port: UInt16 = 0

    @Option(help: ArgumentHelp("Organizations, users and credentials to start with.", valueName: "file"))
    var fixture: String?

    @Option(help: ArgumentHelp("How long to hold each answer back: 250, 250ms or 1.5s.", valueName: "duration"))
    var latency = Latency.none

    @Option(help: ArgumentHelp("After how many polls an activity completes; 0: at once.", valueName: "polls"))
    var pendingPolls = 0

    @Option(help: ArgumentHelp("The relying party whose passkeys are believed.", valueName: "domain"))
    var rpId = "localhost"

    @Option(
        help: ArgumentHelp(
            "The one origin of its pages.",
            discussion: "Without it: https:// and the relying party, or http://localhost with any port for localhost.",
            valueName: "origin"
        )
    )
    var origin: String?

    func validate() throws {
        guard pendingPolls >= 0 else { throw ValidationError("--pending-polls must not be negative") }
    }

    func run() async throws {
        LoggingSystem.bootstrap { StreamLogHandler.standardError(label: $0) }
        let termination = Termination()
        do {
            let configuration = try makeConfiguration()
            try await TurnkeySandbox(configuration).withRunning { ready in
                try ReadyFile.write(ready, to: URL(filePath: readyFile))
                configuration.logger.info("ready file written", metadata: ["path": "\(readyFile)"])
                await termination.wait()
            }
        } catch let error as SandboxError {
            throw fail(error.message, hint: error.hint)
        } catch let error as ReadyFileError {
            throw fail(error.message, hint: "its directory must exist, be writable and have room")
        }
    }

    private func makeConfiguration() throws -> SandboxConfiguration {
        var configuration = SandboxConfiguration()
        configuration.port = port
        configuration.rpId = rpId
        configuration.origin = origin
        configuration.latency = latency.duration
        configuration.pendingPolls = pendingPolls
        if let fixture { configuration.fixture = try readFixture(fixture) }
        return configuration
    }

    private func readFixture(_ path: String) throws -> Fixture {
        guard let bytes = try? Data(contentsOf: URL(filePath: path)) else {
            throw fail("cannot read the fixture \(path)", hint: "it must be a readable file")
        }
        do {
            return try Fixture(reading: bytes)
        } catch {
            throw SandboxError.fixture(error)
        }
    }

    /// Says on standard error what went wrong, and answers the exit code for it.
    private func fail(_ message: String, hint: String) -> ExitCode {
        FileHandle.standardError.write(Data("turnkey-sandbox: \(message)\nhint: \(hint)\n".utf8))
        return .failure
    }
}
