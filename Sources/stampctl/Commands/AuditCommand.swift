// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import StampClient

struct AuditCommand: ReportingCommand {
    static let configuration = CommandConfiguration(
        commandName: "audit",
        abstract: "Print the frame's records in the journal: who stamped what.",
        discussion: """
            Only records that the journal got from the frame's unit are printed; anybody can write others that look alike.
            """
    )

    @Option(help: ArgumentHelp("The frame's unit.", valueName: "unit"))
    var unit = "stampd.service"

    @Option(help: ArgumentHelp("The user that the frame runs as: a name or a number.", valueName: "user"))
    var frameUser: FrameUser?

    @Option(help: ArgumentHelp("Only records of this session.", valueName: "name"))
    var session: String?

    @Option(help: ArgumentHelp("Only records of this public key.", valueName: "public-key"))
    var key: String?

    @Option(help: ArgumentHelp("Only records of this caller.", valueName: "uid"))
    var uid: UInt32?

    @Option(help: ArgumentHelp("Only records of callers in this unit.", valueName: "unit"))
    var callerUnit: String?

    @Option(help: "Only what was allowed, or refused.")
    var decision: AuditDecision?

    // journalctl takes -1h as well.
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

    @OptionGroup var output: OutputOptions

    func perform() async throws {
        let query = makeQuery()
        try Journalctl(arguments: query.arguments).run { line in
            if let record = try query.read(line) { try output.print(record) }
        }
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

/// What a frame decided.
enum AuditDecision: String, CaseIterable, ExpressibleByArgument {
    case allowed
    case refused
}
