// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import StampClient

struct SessionEndCommand: ReportingCommand {
    static let configuration = CommandConfiguration(commandName: "end", abstract: "End a session.")

    @OptionGroup var frame: FrameOptions
    @OptionGroup var session: SessionOptions
    @OptionGroup var output: OutputOptions

    func perform() async throws {
        do throws(StampError) {
            try await frame.controlClient.endSession(session.session)
        } catch .noSession(let name, _), .sessionExpired(let name, _) {
            // Not a reason to ask the passkey, since no session is wanted here.
            throw Failure("no session \"\(name)\" to end", hint: "\"stampctl session list\"", status: .never)
        }
        try output.print(Done())
    }
}
