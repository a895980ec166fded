// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import StampClient

struct RulesExplainCommand: ReportingCommand {
    static let configuration = CommandConfiguration(
        commandName: "explain",
        abstract: "Say what a frame's rules make of a payload, and why.",
        discussion: """
            Nothing is stamped, charged or asked. Without --as you are the caller, at the socket that --socket names. With \
            --as the caller is another one, and the control socket is asked: uid (a number or a name; you where absent), gid \
            (once for each group), unit, and what a stamping proxy says, delegate and path:

              stampctl rules explain --socket stamp-agent --as uid=1001,unit=agent.service body.json

            Ends with 0 whatever the rules say: --json has it as "effect" (allow, deny, confirm).
            """
    )

    @OptionGroup var frame: FrameOptions
    @OptionGroup var session: SessionOptions

    @Option(
        help: ArgumentHelp("Whose rules: stamp, stamp-NAME or control (default: stamp).", valueName: "name"),
        completion: .list(["stamp", "control"]),
        transform: readSocketName
    )
    var socket = "stamp"

    @Option(
        name: .customLong("as"),
        help: ArgumentHelp(
            "Another caller: uid=…,gid=…,unit=…,delegate=…,path=…, of which some.",
            valueName: "caller"
        ),
        transform: CallerOption.init
    )
    var caller: CallerOption?

    @OptionGroup var output: OutputOptions

    @Argument(help: "The payload's file, or - for standard input.")
    var file = InputFile.standardInput

    func perform() async throws {
        let payload = try file.readText()
        let explanation =
            if let caller {
                try await frame.controlClient.explainFor(
                    socket: socket,
                    payload: payload,
                    session: session.session,
                    caller: caller.caller
                )
            } else {
                try await frame.stampClient(at: socket).explain(payload: payload, session: session.session)
            }
        try output.print(ExplanationReport(socket: socket, explanation: explanation))
    }
}

/// Reads the name of a frame's socket.
///
/// - Throws: `ValidationError` for anything else.
@Sendable func readSocketName(_ text: String) throws -> String {
    guard text == "stamp" || text == "control" || RuleFile.isFurtherSocket(text) else {
        throw ValidationError("it is stamp, stamp-NAME or control")
    }
    return text
}
