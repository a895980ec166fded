// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Glibc
import StampClient

struct KeyResetCommand: ReportingCommand {
    static let configuration = CommandConfiguration(
        commandName: "reset",
        abstract: "Destroy the embedded key and every session."
    )

    @OptionGroup var frame: FrameOptions
    @OptionGroup var output: OutputOptions

    @Flag(help: "Do not ask. Needed where there is no terminal to ask at.")
    var force = false

    func perform() async throws {
        if !force { try confirm() }
        try await frame.controlClient.resetEmbeddedKey()
        try output.print(Done())
    }

    private func confirm() throws {
        guard isatty(STDIN_FILENO) == 1 else {
            throw Failure("there is no terminal to ask at", hint: "give --force", status: .wrongUsage)
        }
        StandardError.write("Destroy the embedded key and every session? Type yes:")
        guard readLine() == "yes" else { throw Failure("nothing was destroyed", status: .never) }
    }
}
