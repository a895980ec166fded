// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import StampClient
import TurnkeyClient

/// A command whose errors end in a line on standard error, a hint, and an exit status that a script can use.
protocol ReportingCommand: AsyncParsableCommand {
    func perform() async throws

    /// The hint in place of an error's own if only the passkey helps.
    ///
    /// Only exit status 3 asks for it, and needs evidence: the frame has no living session, or the session's own
    /// organization refused its key. Any other refusal is 4 or 5.
    var passkeyHint: String? { get }

    /// How results are printed, including an activity that is left unfinished.
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
            // An error of the system's library, whose text may hold anything.
            try fail(Failure("\(error)", status: .never))
        }
    }

    private func fail(_ failure: Failure) throws -> Never {
        // An unfinished activity has its own hint: more than the passkey is needed.
        let isAsking = failure.status == .askPasskey && failure.activity == nil
        let hint = isAsking ? passkeyHint ?? failure.hint : failure.hint
        if let activity = failure.activity {
            // If it cannot be printed, the message names it all the same.
            do { try output.print(UnfinishedActivity(activity)) } catch let unwritten as Failure {
                StandardError.report(unwritten.message, hint: nil)
            }
        }
        StandardError.report(failure.message, hint: hint)
        throw ExitCode(failure.status.rawValue)
    }
}
