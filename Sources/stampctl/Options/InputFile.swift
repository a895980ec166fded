// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Foundation
import Glibc

/// A file's path, or - for standard input.
struct InputFile: ExpressibleByArgument {
    /// The largest input, 16 MiB: a frame takes 1 MiB in a call, and the API less in a body.
    static let maximumByteCount = 16 << 20

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

    /// Reads the bytes as they are.
    ///
    /// - Throws: `Failure` if the input cannot be read, or has more than 16 MiB.
    func read() throws -> Data {
        // Not Data(contentsOf:), which only reads regular files; a shell's <(…) is none.
        let file = path == "-" ? STDIN_FILENO : unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { throw makeFailure(errno) }
        defer { if path != "-" { close(file) } }
        var data = Data()
        while let more = try readSome(file) {
            data += more
            guard data.count <= Self.maximumByteCount else {
                throw Failure("\(name) is larger than 16 MiB", status: .wrongUsage)
            }
        }
        return data
    }

    /// Reads UTF-8 text.
    ///
    /// - Throws: `Failure` if the bytes are not UTF-8.
    func readText() throws -> String {
        guard let text = String(validating: try read(), as: UTF8.self) else {
            throw Failure("\(name) is not UTF-8", status: .wrongUsage)
        }
        return text
    }

    private var name: String { path == "-" ? "standard input" : path }

    private func readSome(_ file: CInt) throws -> Data? {
        do throws(SystemError) { return try SharedDescriptor(number: file).read(1 << 16) } catch {
            throw makeFailure(error.code)
        }
    }

    /// Names the path only if a file is there. Otherwise the argument may be the bundle itself, and is not repeated.
    private func makeFailure(_ code: CInt) -> Failure {
        guard path == "-" || FileManager.default.fileExists(atPath: path) else {
            return Failure(
                "there is no such file",
                hint: "give a file, or - for standard input; the text itself is never an argument",
                status: .wrongUsage
            )
        }
        return Failure("cannot read \(name): \(describe(code))", status: .wrongUsage)
    }
}

/// Returns the system's words for an error number (strerror(3)).
func describe(_ code: CInt) -> String { unsafe String(cString: strerror(code)) }
