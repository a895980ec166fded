// SPDX-License-Identifier: Apache-2.0
import Foundation

/// Makes a running frame perform system calls, as code that got in would. A process of its own does it: who traces a
/// process is told of its stops, and the tests' own process waits for its children's ends.
enum SystemCallInjector {
    /// What the kernel answered to a call.
    enum Outcome: Equatable {
        case returned(Int)
        case failed(CInt)
        /// The call ended the process.
        case killed(by: CInt)
    }

    struct Injection {
        /// Of each call, in order; where one ended the process, it is the last.
        let outcomes: [Outcome]
        /// The process's extended state (vectors, floating point) while it was stopped, before the first call and after the
        /// last one, in hexadecimal; nil where it ended.
        let extendedState: (before: String, after: String?)
    }

    /// A call could not be made, or not all of them; nothing follows about the process.
    struct Failure: Error {
        let what: String
    }

    private struct Report: Decodable {
        let results: [Int]
        let killedBy: CInt?
        let extendedState: [String?]
    }

    /// Stops the process, makes the calls in it, and lets it go on where it was.
    ///
    /// - Parameters:
    ///   - calls: Each one that this machine's architecture has.
    ///   - pid: A process of one thread.
    /// - Returns: What came of them.
    /// - Throws: `Failure`.
    static func inject(_ calls: [InjectedCall], into pid: pid_t) throws -> Injection {
        let script = repository("Tests/EndToEndTests/python/inject_system_calls.py").path
        let text = String(decoding: try JSONEncoder().encode(calls), as: UTF8.self)
        let injector = try ChildProcess(["/usr/bin/python3", script, "\(pid)", text])
        defer { injector.end() }
        let ending = try injector.wait()
        for stream in [injector.output, injector.errors] { try stream.waitForEnd() }
        guard ending == .exited(0) else { throw Failure(what: "\(ending): \(injector.errors.text)") }
        let report = try JSONDecoder().decode(Report.self, from: Data(injector.output.text.utf8))
        let killing = report.killedBy.map { [Outcome.killed(by: $0)] } ?? []
        let outcomes = report.results.map(makeOutcome) + killing
        guard killing.count == 1 || outcomes.count == calls.count, let before = report.extendedState[0] else {
            throw Failure(what: "a report that is not whole: \(injector.output.text)")
        }
        return Injection(outcomes: outcomes, extendedState: (before, report.extendedState[1]))
    }

    /// The kernel answers an error as its negative number, of which there are 4095 at most.
    private static func makeOutcome(_ result: Int) -> Outcome {
        (-4095 ... -1).contains(result) ? .failed(CInt(-result)) : .returned(result)
    }
}
