// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import StampClient
import TurnkeyClient

/// A command whose errors end in a line on standard error, a hint, and an exit status that a script can use.
protocol ReportingCommand: AsyncParsableCommand {
    func perform() async throws

    /// What to say instead of an error's own hint where only the passkey helps.
    var passkeyHint: String? { get }
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
        let hint = failure.status == .askPasskey ? passkeyHint ?? failure.hint : failure.hint
        StandardError.report(failure.message, hint: hint)
        throw ExitCode(failure.status.rawValue)
    }
}
