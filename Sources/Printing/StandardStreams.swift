// SPDX-License-Identifier: Apache-2.0
import Glibc

/// What a program finds at its start: its three standard streams, and how wide the terminal is said to be.
package enum StandardStreams {
    /// Narrower than this, the argument parser has no room for a help text, and stops.
    private static let fewestColumns = 40

    /// Sees to it that both can be used. Before anything is opened.
    package static func prepare() {
        fill()
        widen()
    }

    /// Where a stream is closed, the next descriptor that is opened would have its number, be it a socket, and get what is
    /// printed. `/dev/null` has it instead, opened the wrong way round: reading and writing fail, as they should.
    private static func fill() {
        for (number, mode) in [(STDIN_FILENO, O_WRONLY), (STDOUT_FILENO, O_RDONLY), (STDERR_FILENO, O_RDONLY)]
        where fcntl(number, F_GETFD) < 0 && errno == EBADF {
            // The lowest number that is free is this one.
            _ = unsafe open("/dev/null", mode)
        }
    }

    /// The parser takes COLUMNS, else what the terminal says.
    private static func widen() {
        let said = unsafe getenv("COLUMNS").flatMap { unsafe Int(String(cString: $0)) } ?? readColumns()
        guard let said, said < fewestColumns else { return }
        unsafe setenv("COLUMNS", "\(fewestColumns)", 1)
    }

    private static func readColumns() -> Int? {
        var size = winsize()
        guard unsafe ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return nil }
        return Int(size.ws_col)
    }
}
