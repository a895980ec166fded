// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import TurnkeyClient

struct RequestQueryCommand: ReportingCommand {
    static let configuration = CommandConfiguration(
        commandName: "query",
        abstract: "Read: POST to /public/v1/query/PATH."
    )

    @OptionGroup var request: RequestOptions

    var output: OutputOptions { request.output }
    var passkeyHint: String? { request.passkeyHint }

    func perform() async throws {
        try output.print(answer: try await request.send { try await $0.query($1, body: $2) })
    }
}
