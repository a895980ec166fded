// SPDX-License-Identifier: Apache-2.0
import Glibc

/// Prepares a program's three standard streams, and the terminal's width, at its start.
package enum StandardStreams {
    /// The argument parser has no room for a help text in fewer columns, and stops.
    private static let fewestColumns = 40

    /// Fills closed streams and corrects the width. Call it before anything is opened.
    package static func prepare() {
        fill()
        widen()
    }

    /// Opens `/dev/null` in place of each closed stream, in the wrong direction, so that reading and writing fail.
    /// Otherwise the next descriptor, such as a socket, would get the stream's number and receive what is printed.
    private static func fill() {
        for (number, mode) in [(STDIN_FILENO, O_WRONLY), (STDOUT_FILENO, O_RDONLY), (STDERR_FILENO, O_RDONLY)]
        where fcntl(number, F_GETFD) < 0 && errno == EBADF {
            // open(2) takes the lowest free number, which is this one.
            _ = unsafe open("/dev/null", mode)
        }
    }

    /// Sets COLUMNS where the terminal is too narrow; the parser prefers it to the terminal's own width.
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
