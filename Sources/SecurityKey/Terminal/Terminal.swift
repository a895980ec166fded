// SPDX-License-Identifier: Apache-2.0
import Glibc

/// An open terminal, closed at the value's end.
struct Terminal: ~Copyable {
    /// How long it may take to notice that the task was cancelled.
    private static let pollMilliseconds: CInt = 100
    fileprivate let path: String
    fileprivate let descriptor: CInt

    /// Opens the terminal at `path`.
    ///
    /// - Throws: `noTerminal`.
    init(_ path: String) throws(SecurityKeyError) {
        let opened = unsafe open(path, O_RDWR | O_NOCTTY | O_CLOEXEC)
        guard isatty(opened) == 1 else {
            if opened >= 0 { close(opened) }
            throw .noTerminal(path: path)
        }
        self.path = path
        descriptor = opened
    }

    deinit { close(descriptor) }

    func write(_ text: String) {
        // Errors are ignored: a terminal that is gone is noticed at the next read.
        var text = text
        text.withUTF8 { bytes in
            _ = unsafe Glibc.write(descriptor, bytes.baseAddress, bytes.count)
        }
    }

    /// Waits for a byte.
    ///
    /// - Throws: `cancelled` if the task is, and at the terminal's end.
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

/// Turns a terminal's echo off. At its end the terminal is as before, and what was typed meanwhile is dropped.
///
/// Ctrl-C arrives as a byte, so that no signal can end the process while the echo is off.
struct EchoOff: ~Copyable {
    private let descriptor: CInt
    private let original: termios

    /// Turns the echo off.
    ///
    /// - Throws: `noTerminal` if the file is not a terminal.
    init(of terminal: borrowing Terminal) throws(SecurityKeyError) {
        let duplicate = dup(terminal.descriptor)
        var current = termios()
        var isSilent = unsafe tcgetattr(duplicate, &current) == 0
        if isSilent {
            var silent = Self.silenced(current)
            isSilent = unsafe tcsetattr(duplicate, TCSAFLUSH, &silent) == 0
        }
        guard isSilent else {
            if duplicate >= 0 { close(duplicate) }
            throw .noTerminal(path: terminal.path)
        }
        descriptor = duplicate
        original = current
    }

    private static func silenced(_ current: termios) -> termios {
        var silent = current
        silent.c_lflag &= ~tcflag_t(ECHO | ECHONL | ICANON | ISIG | IEXTEN)
        silent.c_cc.6 = 1  // VMIN: a byte at a time
        silent.c_cc.5 = 0  // VTIME: without a time limit
        return silent
    }

    deinit {
        var original = original
        unsafe tcsetattr(descriptor, TCSAFLUSH, &original)
        close(descriptor)
    }

    /// The terminal's own editing characters.
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
