// SPDX-License-Identifier: Apache-2.0
import Foundation
import Glibc

/// What a stream shows to people.
enum Screen {
    /// Colours only on a terminal, and never with NO_COLOR (no-color.org) or on one that is dumb.
    static func isPainted(_ descriptor: CInt) -> Bool {
        let environment = ProcessInfo.processInfo.environment
        guard (environment["NO_COLOR"] ?? "").isEmpty, environment["TERM"] != "dumb" else { return false }
        return isatty(descriptor) == 1
    }

    /// Columns: those of COLUMNS, else the terminal's; nil where lines may be of any length.
    static func width(_ descriptor: CInt) -> Int? {
        if let columns = ProcessInfo.processInfo.environment["COLUMNS"].flatMap(Int.init) { return max(columns, 20) }
        var size = winsize()
        guard isatty(descriptor) == 1, unsafe ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else {
            return nil
        }
        return max(Int(size.ws_col), 20)
    }
}
