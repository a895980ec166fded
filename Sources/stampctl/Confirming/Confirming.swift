// SPDX-License-Identifier: Apache-2.0
import Glibc
import StampClient

/// Asks the person at the terminal about one waiting stamp after another.
///
/// One question stands at a time. It is withdrawn if its stamp no longer waits, and input typed before a question is
/// ignored.
struct Confirming {
    private enum Input: Sendable {
        case event(Event)
        case lost(StampError)
        /// `nil` if the terminal is gone, or the question was withdrawn.
        case answer(String?, of: Confirmation)
    }

    private struct Asked {
        let confirmation: Confirmation
        let task: Task<Void, Never>
    }

    /// Asks one question; `nil` if the terminal is gone, or the task was cancelled.
    typealias Asking = @Sendable (_ question: String) async -> String?

    private let control: ControlClient
    private let watches: Bool
    private let ask: Asking
    private let say: @Sendable ([StyledLine]) -> Void
    private let sink: AsyncStream<Input>.Continuation
    private let inputs: AsyncStream<Input>
    private var question: Asked?
    /// Confirmations left for later, or for another person; they are not asked about again.
    private var left: Set<String> = []

    /// Creates a dialogue. `watches` says whether to wait for the next stamp when none waits.
    init(
        _ control: ControlClient,
        watches: Bool,
        ask: @escaping Asking = Self.askAtTerminal,
        say: @escaping @Sendable ([StyledLine]) -> Void = StandardError.write(styled:)
    ) {
        self.control = control
        self.watches = watches
        self.ask = ask
        self.say = say
        (inputs, sink) = AsyncStream.makeStream(of: Input.self)
    }

    /// Returns when no stamp waits any more, or the terminal is gone.
    mutating func run() async throws(StampError) {
        // Begun first, so that later stamps are reported.
        let events = try await control.monitor()
        let pump = Task { [sink] in
            do throws(StampError) {
                var iterator = events.makeAsyncIterator()
                while let event = try await iterator.next() { sink.yield(.event(event)) }
            } catch { sink.yield(.lost(error)) }
        }
        defer { pump.cancel() }
        do throws(StampError) {
            guard try await askNext() else { return }
            for await input in inputs {
                guard try await take(input) else { break }
            }
        } catch {
            await takeBack()
            throw error
        }
        await takeBack()
    }

    /// Takes an input.
    ///
    /// - Returns: Whether there is more to wait for.
    private mutating func take(_ input: Input) async throws(StampError) -> Bool {
        switch input {
        case .event(let event):
            switch event.kind {
            case .confirmationWanted where question == nil: return try await askNext()
            case .confirmationEnded where question?.confirmation.id == event.confirmationId && question != nil:
                await takeBack()
                say([StyledLine(), StyledLine("It no longer waits.")])
                return try await askNext()
            default: return true
            }
        case .lost(let error): throw error
        case .answer(_, let confirmation) where confirmation.id != question?.confirmation.id: return true
        case .answer(nil, _): return false
        case .answer(let text?, let confirmation):
            question = nil
            try await answer(text, confirmation)
            return try await askNext()
        }
    }

    private mutating func answer(_ text: String, _ confirmation: Confirmation) async throws(StampError) {
        switch text.lowercased() {
        case "y", "yes": try await decide(confirmation, allow: true)
        case "n", "no": try await decide(confirmation, allow: false)
        case "l", "later": left.insert(confirmation.id)
        // The question is asked again.
        default: say([StyledLine("Answer y, n or l.")])
        }
    }

    private mutating func decide(_ confirmation: Confirmation, allow: Bool) async throws(StampError) {
        do throws(StampError) {
            try await control.confirm(
                id: confirmation.id,
                payloadSha256: confirmation.payloadSha256,
                allow: allow
            )
            say([allow ? StyledLine("Yes", .good) + ": it is stamped." : StyledLine("No", .bad) + ": it is refused."])
        } catch {
            if case .unknownConfirmation = error { return say([StyledLine("It no longer waits.")]) }
            guard case .denied = error else { throw error }
            say([StyledLine("The answer is refused: ", .bad) + error.message, StyledLine(ConfirmCommand.ownHint)])
            left.insert(confirmation.id)
        }
    }

    /// Asks the next question.
    ///
    /// - Returns: Whether a question stands, or a stamp is waited for.
    private mutating func askNext() async throws(StampError) -> Bool {
        let waiting = try await control.listConfirmations().first { !left.contains($0.id) }
        guard let waiting else {
            if !watches {
                say([StyledLine(left.isEmpty ? "Nothing waits for a yes." : "Nothing else waits for a yes.")])
            }
            return watches
        }
        say(ConfirmationCard(confirmation: waiting).lines(width: nil))
        question = Asked(
            confirmation: waiting,
            task: Task { [ask, sink] in
                sink.yield(.answer(await ask("y(es), n(o) or l(ater):"), of: waiting))
            }
        )
        return true
    }

    /// Drops input that was typed before the question stood.
    private static let askAtTerminal: Asking = { question in
        tcflush(STDIN_FILENO, TCIFLUSH)
        return await Question.ask(question)
    }

    private mutating func takeBack() async {
        question?.task.cancel()
        await question?.task.value
        question = nil
    }
}
