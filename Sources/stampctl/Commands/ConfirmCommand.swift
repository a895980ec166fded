// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import StampClient

struct ConfirmCommand: ReportingCommand {
    static let configuration = CommandConfiguration(
        commandName: "confirm",
        abstract: "Say yes or no to stamps that wait for that.",
        discussion: """
            Without an ID, the person at the terminal is asked about one after another: y(es), n(o), or l(ater), which \
            leaves it waiting. With --watch, the next is waited for.

            With --json, what waits is printed instead, one object a line; with --watch also what comes to wait later, and \
            {"ended":ID} for what no longer does. With an ID and --yes or --no, that one is answered. The payload that is \
            answered is the one of that ID, and with --payload-sha256 no other than this.

            Asks the control socket. The account whose stamp waits may not answer, unless the rule says "sameAccount".
            """
    )

    /// The hint after a refusal by the frame.
    static let ownHint =
        "it is this account's own stamp that waits: another account must answer, unless its rule says \"sameAccount\""

    @OptionGroup var frame: FrameOptions
    @OptionGroup var output: OutputOptions

    @Flag(help: "Wait for the next when none waits.")
    var watch = false

    @Flag(help: "Say yes to the one that is named.")
    var yes = false

    @Flag(help: "Say no to the one that is named.")
    var no = false

    @Option(
        help: ArgumentHelp("Answer only where it is about this payload (64 hex digits).", valueName: "sha256"),
        transform: readSHA256
    )
    var payloadSha256: String?

    @Argument(help: "The confirmation's identifier.")
    var id: String?

    func validate() throws {
        if yes, no { throw ValidationError("--yes and --no exclude each other") }
        if id == nil, yes || no || payloadSha256 != nil {
            throw ValidationError("--yes, --no and --payload-sha256 need an ID")
        }
        guard id != nil else { return }
        if !yes, !no { throw ValidationError("an ID needs --yes or --no") }
        if watch { throw ValidationError("--watch answers none by its ID") }
    }

    func perform() async throws {
        let control = frame.controlClient
        if let id { return try await answer(id, control) }
        if output.json { return try await list(control) }
        guard Question.canBeAsked else {
            throw Failure(
                "no question can be asked here: standard input is no terminal",
                hint: "give an ID with --yes or --no, or --json to list what waits",
                status: .wrongUsage
            )
        }
        try await Interruption.cancelling {
            var confirming = Confirming(control, watches: watch)
            try await confirming.run()
        }
    }

    private func answer(_ id: String, _ control: ControlClient) async throws {
        let hash: String
        if let payloadSha256 {
            hash = payloadSha256
        } else if let waiting = try await control.listConfirmations().first(where: { $0.id == id }) {
            hash = waiting.payloadSha256
        } else {
            throw StampError.unknownConfirmation(id: id)
        }
        do throws(StampError) {
            try await control.confirm(id: id, payloadSha256: hash, allow: yes)
        } catch {
            guard case .denied = error else { throw error }
            throw Failure(error.message, hint: Self.ownHint, status: ExitStatus(error.fallback))
        }
        try output.print(Done())
    }

    private func list(_ control: ControlClient) async throws {
        guard watch else {
            for confirmation in try await control.listConfirmations() { try output.print(json: confirmation) }
            return
        }
        StandardOutput.endWhenUnread()
        let events = try await control.monitor()
        var told: Set<String> = []
        try await tell(control, &told)
        for try await event in events {
            switch event.kind {
            case .confirmationWanted: try await tell(control, &told)
            case .confirmationEnded:
                guard let id = event.confirmationId, told.remove(id) != nil else { break }
                try output.print(json: Ended(ended: id))
            default: break
            }
        }
    }

    /// Prints the waiting stamps that were not printed yet.
    private func tell(_ control: ControlClient, _ told: inout Set<String>) async throws {
        for confirmation in try await control.listConfirmations() where told.insert(confirmation.id).inserted {
            try output.print(json: confirmation)
        }
    }

    private struct Ended: Encodable {
        let ended: String
    }
}

/// Reads a SHA-256 as stampctl prints it.
///
/// - Throws: `ValidationError` for anything else.
@Sendable private func readSHA256(_ text: String) throws -> String {
    let isLowerHex = text.utf8.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }
    guard text.utf8.count == 64, isLowerHex else { throw ValidationError("it is 64 lower-case hex digits") }
    return text
}
