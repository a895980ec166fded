// SPDX-License-Identifier: Apache-2.0
import Foundation
import Glibc
import Synchronization

/// A terminal whose person is a test.
final class PseudoTerminal: Sendable {
    /// What programs open.
    let path: String
    private let main: CInt
    /// Held open, so that the terminal outlives each program's use of it.
    private let side: CInt
    private let output: AsyncStream<String>
    private let shown = Mutex("")

    init() throws {
        var (main, side): (CInt, CInt) = (-1, -1)
        var name = [CChar](repeating: 0, count: 128)
        guard openpty(&main, &side, &name, nil, nil) == 0 else {
            throw POSIXError(POSIXErrorCode(rawValue: errno) ?? .EIO)
        }
        (self.main, self.side) = (main, side)
        path = name.withUnsafeBufferPointer { $0.baseAddress.map { String(cString: $0) } ?? "" }
        let (output, feed) = AsyncStream.makeStream(of: String.self)
        self.output = output
        let reader = main
        Thread {
            var buffer = [UInt8](repeating: 0, count: 4096)
            while case let count = read(reader, &buffer, buffer.count), count > 0 {
                feed.yield(String(decoding: buffer[..<count], as: UTF8.self))
            }
            feed.finish()
            close(reader)
        }.start()
    }

    /// Waits until the screen shows `text`, for the `count`th time.
    func wait(for text: String, count: Int = 1) async {
        if screen.components(separatedBy: text).count > count { return }
        for await more in output {
            shown.withLock { $0 += more }
            if screen.components(separatedBy: text).count > count { return }
        }
    }

    /// All that was shown up to the last wait.
    var screen: String { shown.withLock { $0 } }

    func type(_ text: String) {
        let bytes = Array(text.utf8)
        _ = write(main, bytes, bytes.count)
    }

    /// Types bytes that are held masked, one at a time, so that their text is nowhere whole.
    func type(masked: [UInt8]) {
        for byte in masked {
            var byte = byte ^ MemorySearch.mask
            _ = write(main, &byte, 1)
        }
    }

    /// Whether what is typed is shown, and edited by the terminal, and Ctrl-C is a signal.
    var isOrdinary: Bool {
        var state = termios()
        tcgetattr(side, &state)
        let flags = tcflag_t(ECHO | ICANON | ISIG)
        return state.c_lflag & flags == flags
    }

    /// The last program's output ends, and so does the reading of it.
    func hangUp() { close(side) }
}
