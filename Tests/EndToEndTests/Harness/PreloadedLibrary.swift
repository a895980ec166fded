// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

/// A shared library of a few lines of C, which a program finds in itself before its main begins.
struct PreloadedLibrary {
    /// What goes in front of the program's command line.
    let launcher: [String]

    /// - Parameters:
    ///   - code: C, below the headers of glibc's environment; what is of `libraries` it declares itself.
    ///   - directory: Where it is compiled to.
    ///   - libraries: By their names for the linker.
    ///   - variables: What else the program finds in its environment, as `NAME=value`.
    /// - Throws: Where it does not compile.
    init(
        _ code: String,
        in directory: TemporaryDirectory,
        linkedTo libraries: [String] = [],
        variables: [String] = []
    ) throws {
        let (source, library) = (directory.path(of: "library.c"), directory.path(of: "library.so"))
        let text = "#define _GNU_SOURCE\n#include <stdio.h>\n#include <stdlib.h>\n#include <unistd.h>\n\(code)\n"
        try text.write(toFile: source, atomically: true, encoding: .utf8)
        let options = ["-shared", "-fPIC", "-Wall", "-Werror", "-o", library, source]
        let compiler = try ChildProcess(["gcc"] + options + libraries.map { "-l\($0)" })
        defer { compiler.end() }
        let ending = try compiler.wait(within: 60)
        try compiler.errors.waitForEnd()
        try #require(ending == .exited(0), "\(compiler.errors.text)")
        launcher = ["env"] + variables + ["LD_PRELOAD=\(library)"]
    }

    /// Writes a program that is `program` with this library in it, for whoever starts it by its path.
    func program(_ program: String, in directory: TemporaryDirectory) throws -> String {
        let path = directory.path(of: "program")
        let script = "#!/bin/sh\nexec \(launcher.joined(separator: " ")) \(program) \"$@\"\n"
        try script.write(toFile: path, atomically: true, encoding: .utf8)
        chmod(path, 0o755)
        return path
    }
}
