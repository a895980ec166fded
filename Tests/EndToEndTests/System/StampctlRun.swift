// SPDX-License-Identifier: Apache-2.0
import Foundation

extension System {
    /// One run of `stampctl`, from its start to its end.
    struct StampctlRun {
        let status: CInt
        let output: String
        let errors: String

        /// Runs it with `input` as standard input, and no environment but PATH and `environment`.
        init(_ arguments: [String], input: String = "", environment: [String: String] = [:]) throws {
            let directory = try TemporaryDirectory()
            defer { directory.remove() }
            try Data(input.utf8).write(to: URL(filePath: directory.path(of: "input")))
            let shell = ["/bin/sh", "-c", #"exec "$0" "$@" < "$INPUT""#, System.program("stampctl")]
            let process = try ChildProcess(
                shell + arguments,
                environment: environment.merging(["INPUT": directory.path(of: "input")]) { $1 }
            )
            defer { process.end() }
            guard case .exited(let status) = try process.wait() else { throw WaitTimedOut(what: "an exit") }
            try process.output.waitForEnd()
            try process.errors.waitForEnd()
            (self.status, output, errors) = (status, process.output.text, process.errors.text)
        }

        /// The output as one JSON object.
        var json: [String: Any] {
            get throws {
                guard let object = try JSONSerialization.jsonObject(with: Data(output.utf8)) as? [String: Any] else {
                    throw CocoaError(.coderReadCorrupt)
                }
                return object
            }
        }
    }
}
