// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Foundation
import Glibc

/// A file's path, or - for standard input.
struct InputFile: ExpressibleByArgument {
    /// No payload is larger: a frame takes 1 MiB in a call, and the API less than this in a body.
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

    /// The bytes, as they are.
    ///
    /// - Throws: where it cannot be read, and where there are more than 16 MiB of it.
    func read() throws -> Data {
        // Not Data(contentsOf:): it reads regular files alone, and a shell's <(…) is none.
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

    /// - Throws: where the bytes are not UTF-8.
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

    /// Says the path only where something is there: what is no path may be the bundle itself, and is not repeated.
    private func makeFailure(_ code: CInt) -> Failure {
        guard path == "-" || FileManager.default.fileExists(atPath: path) else {
            return Failure(
                "there is no such file",
                hint: "give a file, or - for standard input; what is read is never itself an argument",
                status: .wrongUsage
            )
        }
        return Failure("cannot read \(name): \(describe(code))", status: .wrongUsage)
    }
}

/// An error number in the system's words (strerror(3)).
func describe(_ code: CInt) -> String { unsafe String(cString: strerror(code)) }
