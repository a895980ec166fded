// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import TurnkeyClient

struct RequestQueryCommand: ReportingCommand {
    static let configuration = CommandConfiguration(
        commandName: "query",
        abstract: "Read: POST to /public/v1/query/PATH."
    )

    @OptionGroup var frame: FrameOptions
    @OptionGroup var session: SelectedSessionOptions
    @OptionGroup var api: APIOptions
    @OptionGroup var relyingParty: RelyingPartyOptions
    @OptionGroup var output: OutputOptions
    @OptionGroup var door: DoorOptions

    @Argument(help: "The end point, such as whoami.")
    var path: String

    @Argument(help: "The body's file, or - for standard input. Every byte counts, a newline at its end too.")
    var file = InputFile.standardInput

    var passkeyHint: String? { relyingParty.makeHint() }

    func perform() async throws {
        let turnkey = try api.makeTurnkey(frame, stampingAt: door.door)
        let client = turnkey.sessionClient(session: try turnkey.resolve(session), door: door.sessionDoor)
        let body = try file.read()
        let answer = try await AwaitedYes.telling(turnkey.frame) { try await client.query(path, body: body) }
        try output.print(answer: answer)
    }
}
