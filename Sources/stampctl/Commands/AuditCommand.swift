// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Printing
import StampClient

struct AuditCommand: ReportingCommand {
    static let configuration = CommandConfiguration(
        commandName: "audit",
        abstract: "Print the frame's records in the journal: who stamped what.",
        discussion: """
            Only records that the journal got from the frame's unit are printed; any program can write records that look alike.

            With --verify: whether every record is there as it was written, up to the frame's last one; ends with 6 where \
            records are missing, with 7 where they were changed, repeated, reordered or forged.
            """
    )

    @Flag(help: "Check that no record is missing, changed, repeated, out of order or forged.")
    var verify = false

    @Option(help: ArgumentHelp("The frame's unit.", valueName: "unit"))
    var unit = Self.defaultUnit

    @Option(help: ArgumentHelp("The user that the frame runs as: a name or a number.", valueName: "user"))
    var frameUser: FrameUser?

    @Option(help: ArgumentHelp("Only records of this session.", valueName: "name"))
    var session: String?

    @Option(help: ArgumentHelp("Only records of this public key.", valueName: "public-key"))
    var key: String?

    @Option(help: ArgumentHelp("Only records of this caller.", valueName: "uid"), transform: readUserId)
    var uid: UInt32?

    @Option(help: ArgumentHelp("Only records of callers in this unit.", valueName: "unit"))
    var callerUnit: String?

    @Option(help: "Only what was allowed, or refused.")
    var decision: AuditDecision?

    // journalctl accepts -1h as well.
    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("Not before: a time as journalctl takes it, such as \"1 hour ago\".", valueName: "time")
    )
    var since: String?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("Not after: a time as journalctl takes it.", valueName: "time")
    )
    var until: String?

    @Flag(help: "Print records as they come; with --since, the earlier ones first.")
    var follow = false

    @Option(
        help: ArgumentHelp(
            "For --verify, the directory of the frame's sockets; needed with --unit to ask for its last record.",
            valueName: "directory"
        ),
        completion: .directory
    )
    var socketDirectory: String?

    @OptionGroup var output: OutputOptions

    private static let defaultUnit = "stampd.service"

    func validate() throws {
        let filters = [session, key, uid.map { "\($0)" }, callerUnit, decision?.rawValue].compactMap(\.self)
        guard verify else {
            if socketDirectory != nil { throw ValidationError("--socket-directory goes with --verify") }
            return
        }
        if !filters.isEmpty || follow {
            throw ValidationError("--verify looks at every record: leave the filters and --follow out")
        }
    }

    func perform() async throws {
        if verify { return try await performVerification() }
        let query = makeQuery()
        try Journalctl(arguments: query.arguments).run { line in
            if let record = try query.read(line) { try output.print(record) }
        }
    }

    private func performVerification() async throws {
        // Read before the journal, which then contains every record up to the head.
        let (head, reason) = try await askHead()
        var query = AuditQuery(unit: unit, frameUid: nil)
        (query.since, query.until, query.includesOtherWriters) = (since, until, true)
        var reader = ChainReader(unit: unit, frameUid: frameUser?.userId, head: head, isWindow: since != nil)
        try Journalctl(arguments: query.arguments).run { try reader.take($0) }
        let report = reader.finish(headReason: reason)
        try output.print(report)
        if let status = report.status { throw ExitCode(status.rawValue) }
    }

    /// Reads the frame's last record; if it cannot be compared, returns why.
    private func askHead() async throws -> (ChainVerification.Head?, reason: String?) {
        guard until == nil else { return (nil, "--until is given") }
        guard unit == Self.defaultUnit || socketDirectory != nil else {
            return (nil, "--unit is given without --socket-directory")
        }
        let client = FrameOptions(socketDirectory: socketDirectory, frameUser: frameUser).stampClient
        do throws(StampError) {
            let status = try await client.getStatus()
            guard let sequence = status.auditSequence, let text = status.auditChain, sequence > 0,
                let value = ChainEntry.readValue(text)
            else { return (nil, "the frame numbers no records") }
            return (ChainVerification.Head(sequence: sequence, value: value), nil)
        } catch { return (nil, error.message) }
    }

    private func makeQuery() -> AuditQuery {
        var query = AuditQuery(unit: unit, frameUid: frameUser?.userId)
        query.require("STAMPD_SESSION", session)
        query.require("STAMPD_PUBLIC_KEY", key)
        query.require("STAMPD_PEER_UID", uid.map { "\($0)" })
        query.require("STAMPD_PEER_UNIT", callerUnit)
        query.require("STAMPD_DECISION", decision?.rawValue)
        (query.since, query.until, query.follows) = (since, until, follow)
        return query
    }
}

/// Reads a user id.
///
/// - Throws: `ValidationError` for anything else.
@Sendable private func readUserId(_ text: String) throws -> UInt32 {
    guard let uid = UInt32(spelled: text) else { throw ValidationError("it is the number of a user, in digits") }
    return uid
}

/// The decisions of a frame.
enum AuditDecision: String, CaseIterable, ExpressibleByArgument {
    case allowed
    case refused
}
