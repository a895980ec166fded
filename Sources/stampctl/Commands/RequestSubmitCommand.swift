// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import TurnkeyClient

struct RequestSubmitCommand: ReportingCommand {
    static let configuration = CommandConfiguration(
        commandName: "submit",
        abstract: "Write: POST to /public/v1/submit/PATH, and follow the activity to its end."
    )

    @OptionGroup var request: RequestOptions

    var output: OutputOptions { request.output }
    var passkeyHint: String? { request.passkeyHint }

    func perform() async throws {
        let activity = try await request.send { try await $0.submit($1, body: $2) }
        try output.print(answer: activity.answer)
    }
}
