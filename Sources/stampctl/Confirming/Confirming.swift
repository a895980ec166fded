// SPDX-License-Identifier: Apache-2.0
import Glibc
import StampClient

/// Asks whoever is at the terminal about one stamp that waits after another.
///
/// One question stands at a time. It is taken back where its stamp no longer waits, and what was typed before a question
/// stood there answers nothing.
struct Confirming {
    private enum Input: Sendable {
        case event(Event)
        case lost(StampError)
        /// `nil`: the terminal is gone, or the question was taken back.
        case answer(String?, of: Confirmation)
    }

    private struct Asked {
        let confirmation: Confirmation
        let task: Task<Void, Never>
    }

    /// Asks one question; `nil`: nobody is there any more, or the task was cancelled.
    typealias Asking = @Sendable (_ question: String) async -> String?

    private let control: ControlClient
    private let watches: Bool
    private let ask: Asking
    private let say: @Sendable ([PaintedLine]) -> Void
    private let sink: AsyncStream<Input>.Continuation
    private let inputs: AsyncStream<Input>
    private var question: Asked?
    /// Left for later, or for somebody else: not asked again.
    private var left: Set<String> = []

    /// `watches`: waits for the next when none waits.
    init(
        _ control: ControlClient,
        watches: Bool,
        ask: @escaping Asking = Self.askAtTerminal,
        say: @escaping @Sendable ([PaintedLine]) -> Void = StandardError.write(painted:)
    ) {
        self.control = control
        self.watches = watches
        self.ask = ask
        self.say = say
        (inputs, sink) = AsyncStream.makeStream(of: Input.self)
    }

    /// Returns when nothing waits any more, or the terminal is gone.
    mutating func run() async throws(StampError) {
        // First of all: what comes to wait later is told.
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

    /// - Returns: Whether there is more to wait for.
    private mutating func take(_ input: Input) async throws(StampError) -> Bool {
        switch input {
        case .event(let event):
            switch event.kind {
            case .confirmationWanted where question == nil: return try await askNext()
            case .confirmationEnded where question?.confirmation.id == event.confirmationId && question != nil:
                await takeBack()
                say([PaintedLine(), PaintedLine("It no longer waits.")])
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
        // Asked again.
        default: say([PaintedLine("Answer y, n or l.")])
        }
    }

    private mutating func decide(_ confirmation: Confirmation, allow: Bool) async throws(StampError) {
        do throws(StampError) {
            try await control.confirm(
                id: confirmation.id,
                payloadSha256: confirmation.payloadSha256,
                allow: allow
            )
            say([allow ? PaintedLine("Yes", .good) + ": it is stamped." : PaintedLine("No", .bad) + ": it is refused."])
        } catch {
            if case .unknownConfirmation = error { return say([PaintedLine("It no longer waits.")]) }
            guard case .denied = error else { throw error }
            say([PaintedLine("The answer is refused: ", .bad) + error.message, PaintedLine(ConfirmCommand.ownHint)])
            left.insert(confirmation.id)
        }
    }

    /// - Returns: Whether something is asked or waited for.
    private mutating func askNext() async throws(StampError) -> Bool {
        let waiting = try await control.listConfirmations().first { !left.contains($0.id) }
        guard let waiting else {
            if !watches {
                say([PaintedLine(left.isEmpty ? "Nothing waits for a yes." : "Nothing else waits for a yes.")])
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

    /// What was typed before the question stands there was typed for another.
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
