// SPDX-License-Identifier: Apache-2.0
import Foundation
import Glibc

/// The properties of a stream that people read.
enum Screen {
    /// Whether to use colours: only on a terminal, and not with NO_COLOR (no-color.org) or a dumb terminal.
    static func isStyled(_ descriptor: CInt) -> Bool {
        let environment = ProcessInfo.processInfo.environment
        guard (environment["NO_COLOR"] ?? "").isEmpty, environment["TERM"] != "dumb" else { return false }
        return isatty(descriptor) == 1
    }

    /// The number of columns: COLUMNS, else the terminal's; nil if lines may have any length.
    static func width(_ descriptor: CInt) -> Int? {
        if let columns = ProcessInfo.processInfo.environment["COLUMNS"].flatMap(Int.init) { return max(columns, 20) }
        var size = winsize()
        guard isatty(descriptor) == 1, unsafe ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else {
            return nil
        }
        return max(Int(size.ws_col), 20)
    }
}
