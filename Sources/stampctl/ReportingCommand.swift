// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import StampClient
import TurnkeyClient

/// A command whose errors end in a line on standard error, a hint, and an exit status that a script can use.
protocol ReportingCommand: AsyncParsableCommand {
    func perform() async throws

    /// What to say instead of an error's own hint where only the passkey helps.
    ///
    /// Exit status 3 alone asks for it, and that takes evidence: the frame has no living session, or the session's own
    /// organization refused its key. Any other refusal is 4 or 5.
    var passkeyHint: String? { get }

    /// How results are printed; an activity that is left unfinished is one of them.
    var output: OutputOptions { get throws }
}

extension ReportingCommand {
    var passkeyHint: String? { nil }

    func run() async throws {
        do {
            try await perform()
        } catch let error as StampError {
            try fail(Failure(error))
        } catch let error as TurnkeyError {
            try fail(Failure(error))
        } catch let error as any PasskeyError {
            try fail(Failure(error))
        } catch let failure as Failure {
            try fail(failure)
        } catch let code as ExitCode {
            throw code
        } catch {
            // What the system's library threw: its text is not ours, and may hold anything.
            try fail(Failure("\(error)", status: .never))
        }
    }

    private func fail(_ failure: Failure) throws -> Never {
        // What is unfinished has a hint of its own: after the passkey comes more.
        let isAsking = failure.status == .askPasskey && failure.activity == nil
        let hint = isAsking ? passkeyHint ?? failure.hint : failure.hint
        if let activity = failure.activity { try output.print(UnfinishedActivity(activity)) }
        StandardError.report(failure.message, hint: hint)
        throw ExitCode(failure.status.rawValue)
    }
}
