// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import TurnkeyClient

struct RequestSubmitCommand: ReportingCommand {
    static let configuration = CommandConfiguration(
        commandName: "submit",
        abstract: "Write: POST to /public/v1/submit/PATH, and follow the activity to its end."
    )

    @OptionGroup var frame: FrameOptions
    @OptionGroup var session: SelectedSessionOptions
    @OptionGroup var api: APIOptions
    @OptionGroup var relyingParty: RelyingPartyOptions
    @OptionGroup var output: OutputOptions
    @OptionGroup var door: DoorOptions

    @Argument(help: "The end point, such as create_api_keys.")
    var path: String

    @Argument(help: "The body's file, or - for standard input. Every byte counts, a newline at its end too.")
    var file = InputFile.standardInput

    var passkeyHint: String? { relyingParty.makeHint() }

    func perform() async throws {
        let turnkey = try api.makeTurnkey(frame, stampingAt: door.door)
        let client = turnkey.sessionClient(session: try turnkey.resolve(session), door: door.sessionDoor)
        let body = try file.read()
        let activity = try await AwaitedYes.telling(turnkey.frame) { try await client.submit(path, body: body) }
        try output.print(answer: activity.answer)
    }
}
