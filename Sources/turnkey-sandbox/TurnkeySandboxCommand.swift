// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Foundation
import Glibc
import Logging
import Printing
import ProcessArguments
import Signals
import TurnkeySandbox

/// `turnkey-sandbox`: runs the sandbox until a signal stops it.
@main
struct TurnkeySandboxCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "turnkey-sandbox",
        abstract: "Serve a strict stand-in for Turnkey's API on 127.0.0.1, in memory.",
        usage: "turnkey-sandbox --ready-file FILE [--port PORT] [OPTIONS]",
        discussion: helpText,
        version: "0.2.0-rc1"
    )

    @Option(help: ArgumentHelp("Where to say that it listens.", valueName: "file"))
    var readyFile: String

    @Option(
        help: ArgumentHelp("The TCP port on 127.0.0.1; 0 takes a free one.", valueName: "port"),
        transform: readNumber
    )
    var port: UInt16 = 0

    @Option(help: ArgumentHelp("Organizations, users, credentials and wallets to start with.", valueName: "file"))
    var fixture: String?

    @Option(help: ArgumentHelp("How long to hold each answer back: 250, 250ms or 1.5s.", valueName: "duration"))
    var latency = Latency.none

    @Option(
        help: ArgumentHelp("After how many polls an activity completes; 0: at once.", valueName: "polls"),
        transform: readNumber
    )
    var pendingPolls = 0

    @Option(
        help: ArgumentHelp("How many requests a second are answered; none: any number.", valueName: "requests"),
        transform: readNumber
    )
    var rateLimit: Int?

    @Option(
        help: ArgumentHelp(
            "A relying party whose passkeys are believed; may be given several times (default: localhost).",
            valueName: "domain"
        )
    )
    var rpId: [String] = []

    @Option(
        help: ArgumentHelp(
            "An origin of a relying party's pages; may be given several times.",
            discussion: """
                It belongs to the relying parties that are its host or a parent domain of it. http://localhost:* is any \
                port. One without: https:// and the relying party, or http://localhost:* for localhost.
                """,
            valueName: "origin"
        )
    )
    var origin: [String] = []

    /// Runs like the parser's own `main`, with error messages in our form.
    static func main() async {
        StandardStreams.prepare()
        do {
            guard let arguments = ProcessArguments.read() else {
                complain("the arguments are not where the kernel puts them", hint: nil)
                throw ExitCode(EX_OSERR)
            }
            var command = try parseAsRoot(arguments)
            if let command = command as? TurnkeySandboxCommand {
                try await command.run()
            } else {
                try command.run()  // the parser's own, such as the help
            }
        } catch  where exitCode(for: error) == .validationFailure && !(error is ExitCode) {
            let text = message(for: error)
            complain(text.prefix(1).lowercased() + text.dropFirst(), hint: "see \"turnkey-sandbox --help\"")
            exit(withError: ExitCode.validationFailure)
        } catch {
            exit(withError: error)
        }
    }

    func validate() throws {
        guard pendingPolls >= 0 else { throw ValidationError("--pending-polls must not be negative") }
    }

    func run() async throws {
        LoggingSystem.bootstrap { StreamLogHandler.standardError(label: $0) }
        do {
            let termination = try Termination()
            let configuration = try makeConfiguration()
            let sandbox = try TurnkeySandbox(configuration)
            try await serve(sandbox, configuration.logger, until: termination)
        } catch let error as SandboxError {
            throw fail(error.message, hint: error.hint, code: error.isUsage ? .validationFailure : .failure)
        } catch let error as CaughtSignal.Unavailable {
            throw fail(
                "cannot catch signals: errno \(error.code)",
                hint: "the limits of descriptors and threads are reached"
            )
        } catch let error as ReadyFileError {
            throw fail(error.message, hint: "it must be a file or nothing, in a writable directory that has room")
        }
    }

    private func serve(_ sandbox: TurnkeySandbox, _ logger: Logger, until termination: Termination) async throws {
        let file = URL(filePath: readyFile)
        try ReadyFile.remove(file)
        try await sandbox.withRunning { ready in
            try ReadyFile.write(ready, to: file)
            logger.info("ready file written", metadata: ["path": "\(readyFile)"])
            await termination.wait()
            try ReadyFile.remove(file, ifHolding: ready)
        }
    }

    private func makeConfiguration() throws -> SandboxConfiguration {
        var configuration = SandboxConfiguration()
        configuration.port = port
        if !rpId.isEmpty { configuration.rpIds = rpId }
        configuration.origins = origin
        configuration.rateLimitPerSecond = rateLimit
        configuration.latency = latency.duration
        configuration.pendingPolls = pendingPolls
        if let fixture { configuration.fixture = try readFixture(fixture) }
        return configuration
    }

    /// The largest fixture that is read, in bytes.
    private static let fixtureLimitBytes = 1 << 24

    private func readFixture(_ path: String) throws -> Fixture {
        let bytes: Data
        do {
            let file = try FileHandle(forReadingFrom: URL(filePath: path))
            defer { try? file.close() }
            bytes = try file.read(upToCount: Self.fixtureLimitBytes + 1) ?? Data()
        } catch {
            throw fail("cannot read the fixture \(path)", hint: "it must be a readable file")
        }
        guard bytes.count <= Self.fixtureLimitBytes else {
            throw fail("the fixture \(path) is larger than 16 MiB", hint: "leave out what the story does not need")
        }
        do {
            return try Fixture(reading: bytes)
        } catch {
            throw SandboxError.fixture(error)
        }
    }

    /// Prints what went wrong to standard error, and returns the exit code.
    private func fail(_ message: String, hint: String, code: ExitCode = .failure) -> ExitCode {
        Self.complain(message, hint: hint)
        return code
    }

    private static func complain(_ message: String, hint: String?) {
        let hint = hint.map { "hint: \(PrintableText($0))\n" } ?? ""
        FileHandle.standardError.write(Data("turnkey-sandbox: \(PrintableText(message))\n\(hint)".utf8))
    }
}

/// Reads a number.
///
/// - Throws: `ValidationError` for a number that does not fit, and for any other than its canonical spelling.
@Sendable private func readNumber<Number: FixedWidthInteger>(_ text: String) throws -> Number {
    guard let number = Number(spelled: text) else {
        throw ValidationError("it is a whole number, in digits alone, \(Number.max) at most")
    }
    return number
}
