// SPDX-License-Identifier: Apache-2.0
import Glibc

/// An open terminal; closed when it is let go.
struct Terminal: ~Copyable {
    /// How long a cancelled task may go unnoticed.
    private static let pollMilliseconds: CInt = 100
    private let path: String
    fileprivate let descriptor: CInt

    /// - Throws: `noTerminal`.
    init(_ path: String) throws(SecurityKeyError) {
        self.path = path
        descriptor = unsafe open(path, O_RDWR | O_NOCTTY | O_CLOEXEC)
        guard descriptor >= 0 else { throw .noTerminal(path: path) }
    }

    deinit { close(descriptor) }

    func write(_ text: String) {
        // A terminal that is gone is noticed at the next read.
        var text = text
        text.withUTF8 { bytes in
            _ = unsafe Glibc.write(descriptor, bytes.baseAddress, bytes.count)
        }
    }

    /// Waits for a byte.
    ///
    /// - Throws: `cancelled` where the task is, and at the terminal's end.
    func readByte() throws(SecurityKeyError) -> UInt8 {
        var wait = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        var byte: UInt8 = 0
        while true {
            if Task.isCancelled { throw .cancelled }
            guard unsafe poll(&wait, 1, Self.pollMilliseconds) > 0 else { continue }
            guard unsafe read(descriptor, &byte, 1) == 1 else { throw .cancelled }
            return byte
        }
    }
}

/// The terminal without echo, until this is let go: then it is as it was, and what was typed meanwhile is dropped.
///
/// Ctrl-C comes as a byte, so that no signal can end the process while the echo is off.
struct Silence: ~Copyable {
    private let descriptor: CInt
    private var original: termios

    /// - Throws: `noTerminal` where it is none.
    init(of terminal: borrowing Terminal) throws(SecurityKeyError) {
        descriptor = dup(terminal.descriptor)
        original = termios()
        guard unsafe tcgetattr(descriptor, &original) == 0 else {
            close(descriptor)
            throw terminal.missing
        }
        var silent = original
        silent.c_lflag &= ~tcflag_t(ECHO | ECHONL | ICANON | ISIG | IEXTEN)
        silent.c_cc.6 = 1  // VMIN: a byte at a time
        silent.c_cc.5 = 0  // VTIME: without end
        guard unsafe tcsetattr(descriptor, TCSAFLUSH, &silent) == 0 else {
            close(descriptor)
            throw terminal.missing
        }
    }

    deinit {
        var original = original
        unsafe tcsetattr(descriptor, TCSAFLUSH, &original)
        close(descriptor)
    }

    /// The terminal's own editing keys.
    var keys: HiddenLine.Keys {
        let characters = original.c_cc
        return HiddenLine.Keys(
            interrupt: characters.0,
            quit: characters.1,
            erase: characters.2,
            kill: characters.3,
            endOfFile: characters.4,
            suspend: characters.10
        )
    }
}

extension Terminal {
    fileprivate var missing: SecurityKeyError { .noTerminal(path: path) }
}
