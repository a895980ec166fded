// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Foundation
import Glibc
import Printing

/// Writes the results to standard output.
enum StandardOutput {
    /// Ends the process quietly when the reader of standard output is gone. For commands that may write nothing for
    /// hours, and would only notice it then.
    static func endWhenUnread() {
        Thread.detachNewThread {
            var output = pollfd(fd: STDOUT_FILENO, events: 0, revents: 0)
            while unsafe poll(&output, 1, -1) < 0, errno == EINTR {}
            if output.revents & Int16(POLLERR | POLLHUP) != 0 { _exit(EXIT_SUCCESS) }
        }
    }

    /// Writes lines for people. Text from outside in them can neither begin a line nor command the terminal.
    ///
    /// - Throws: As `write`.
    static func write(lines: [String]) throws {
        try write(Data(lines.map { "\(PrintableText($0))" }.joined(separator: "\n").utf8))
    }

    /// Writes lines for people, in colour if that is wanted.
    ///
    /// - Throws: As `write`.
    static func write(_ lines: [StyledLine]) throws {
        let isStyled = Screen.isStyled(STDOUT_FILENO)
        try write(Data(lines.map { $0.text(isStyled: isStyled) }.joined(separator: "\n").utf8))
    }

    /// Writes the bytes, and a newline if they do not end in one.
    ///
    /// - Throws: `Failure` if they cannot be written. If the reader of a pipe is gone, the process ends quietly.
    static func write(_ data: Data) throws {
        do throws(SystemError) {
            try SharedDescriptor.standardOutput.write(data.last == 0x0A ? data : data + [0x0A])
        } catch {
            guard error.code != EPIPE else { throw ExitCode.success }
            throw Failure("cannot write the result: \(describe(error.code))", status: .never)
        }
    }
}
