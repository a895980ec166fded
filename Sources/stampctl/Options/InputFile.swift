// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Foundation

/// A file's path, or - for standard input.
struct InputFile: ExpressibleByArgument {
    let path: String

    static let standardInput = InputFile(path: "-")
    static let defaultCompletionKind = CompletionKind.file()

    var defaultValueDescription: String { path }

    init(path: String) {
        self.path = path
    }

    init?(argument: String) {
        self.init(path: argument)
    }

    /// The bytes, as they are.
    func read() throws -> Data {
        do {
            guard path != "-" else { return try FileHandle.standardInput.readToEnd() ?? Data() }
            // Not Data(contentsOf:): it reads regular files alone, and a shell's <(…) is none.
            let file = try FileHandle(forReadingFrom: URL(filePath: path))
            defer { try? file.close() }
            return try file.readToEnd() ?? Data()
        } catch {
            throw makeFailure(error)
        }
    }

    /// Says the path only where something is there: what is no path may be the bundle itself, and is not repeated.
    private func makeFailure(_ error: any Error) -> Failure {
        guard path == "-" || FileManager.default.fileExists(atPath: path) else {
            return Failure(
                "there is no such file",
                hint: "give a file, or - for standard input; what is read is never itself an argument",
                status: .wrongUsage
            )
        }
        return Failure("cannot read \(path): \(error.localizedDescription)", status: .wrongUsage)
    }

    /// - Throws: where the bytes are not UTF-8.
    func readText() throws -> String {
        guard let text = String(validating: try read(), as: UTF8.self) else {
            throw Failure("\(path == "-" ? "standard input" : path) is not UTF-8", status: .wrongUsage)
        }
        return text
    }
}
