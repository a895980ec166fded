// SPDX-License-Identifier: Apache-2.0
import ArgumentParser

struct RequestCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "request",
        abstract: "Send a stamped request to the API, and print its answer.",
        discussion: """
            The body is stamped and sent byte for byte:

              echo '{"organizationId":"…","userId":"…"}' | stampctl request query get_user
            """,
        subcommands: [RequestQueryCommand.self, RequestSubmitCommand.self]
    )
}
