// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Foundation
import Glibc
import Printing

/// Where the results go.
enum StandardOutput {
    /// Ends the process, and quietly, when nobody reads standard output any more: for what may have nothing to write for
    /// hours, and would find that out only then.
    static func endWhenUnread() {
        Thread.detachNewThread {
            var output = pollfd(fd: STDOUT_FILENO, events: 0, revents: 0)
            while unsafe poll(&output, 1, -1) < 0, errno == EINTR {}
            if output.revents & Int16(POLLERR | POLLHUP) != 0 { _exit(EXIT_SUCCESS) }
        }
    }

    /// Lines for people: text in them that came from elsewhere can neither begin a line nor command the terminal.
    ///
    /// - Throws: as `write`.
    static func write(lines: [String]) throws {
        try write(Data(lines.map { "\(PrintableText($0))" }.joined(separator: "\n").utf8))
    }

    /// Lines for people, painted where that is wanted.
    ///
    /// - Throws: as `write`.
    static func write(_ lines: [PaintedLine]) throws {
        let isPainted = Screen.isPainted(STDOUT_FILENO)
        try write(Data(lines.map { $0.text(isPainted: isPainted) }.joined(separator: "\n").utf8))
    }

    /// The bytes, and a newline where they do not end in one.
    ///
    /// - Throws: where they cannot be written. Who has stopped reading a pipe has what they wanted: that ends quietly.
    static func write(_ data: Data) throws {
        do throws(SystemError) {
            try SharedDescriptor.standardOutput.write(data.last == 0x0A ? data : data + [0x0A])
        } catch {
            guard error.code != EPIPE else { throw ExitCode.success }
            throw Failure("cannot write the result: \(describe(error.code))", status: .never)
        }
    }
}
