// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Fleet
import Foundation
import TurnkeyClient

/// Which fleet.
struct FleetOptions: ParsableArguments {
    @Option(help: ArgumentHelp("The fleet: 1 to 32 of a-z 0-9 -.", valueName: "name"))
    var fleet: FleetName

    /// Where the ledger is, beside the client's sessions.
    ///
    /// - Throws: where neither XDG_STATE_HOME nor HOME says where.
    func stateDirectory() throws -> String {
        try BaseDirectory.state.path(ProcessInfo.processInfo.environment)
    }
}

/// By whose keys hosts are verified.
struct AllowedSignersOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The hosts and their keys, as \"fleet import-known-hosts\" writes them (default: allowed_signers in ~/.config/stampd).",
            valueName: "file"
        ),
        completion: .file()
    )
    var allowedSigners: String?

    func path() throws -> String { try Self.path(allowedSigners) }

    /// The file that is named, else the one that is meant where none is.
    static func path(_ named: String?) throws -> String {
        if let named { return named }
        return try BaseDirectory.configuration.path(ProcessInfo.processInfo.environment) + "/allowed_signers"
    }

    /// The hosts' keys; the lines that are left out are named on standard error.
    ///
    /// - Throws: where there is no such file, and where no line of it is one.
    func read() throws -> AllowedSigners {
        let path = try path()
        guard FileManager.default.fileExists(atPath: path) else {
            throw Failure(
                "no host can be verified: there is no \(path)",
                hint: "\"stampctl fleet import-known-hosts\" makes it; or name another with --allowed-signers",
                status: .wrongUsage
            )
        }
        let signers = AllowedSigners(try InputFile(path: path).readText())
        for line in signers.leftOut { StandardError.write("stampctl: left out of \(path): \(line.message)") }
        guard !signers.isEmpty else {
            throw Failure(
                "no host can be verified: no line of \(path) is a host and its key",
                hint: "\"stampctl fleet import-known-hosts\" makes it",
                status: .wrongUsage
            )
        }
        return signers
    }
}

extension FleetName: ExpressibleByArgument {
    public init?(argument: String) { self.init(argument) }
}

extension FrameID: ExpressibleByArgument {
    public init?(argument: String) { self.init(argument) }
}

extension HostPattern: ExpressibleByArgument {
    public init?(argument: String) { self.init(argument) }
}

/// A frame and the fingerprint of its key, as "fleet list" shows them: FRAME:FINGERPRINT.
struct FrameFingerprint: ExpressibleByArgument, Sendable {
    let frame: FrameID
    let fingerprint: String

    init?(argument: String) {
        let parts = argument.split(separator: ":", omittingEmptySubsequences: false)
        let isFingerprint = parts.last?.wholeMatch(of: /[0-9A-F]{4}(-[0-9A-F]{4}){4}/) != nil
        guard parts.count == 2, isFingerprint, let frame = FrameID(parts[0]) else { return nil }
        (self.frame, fingerprint) = (frame, String(parts[1]))
    }
}
