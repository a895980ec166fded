// SPDX-License-Identifier: Apache-2.0
import Glibc

/// A line typed without echo, kept in one place of memory that is wiped at its end.
@safe struct HiddenLine: ~Copyable {
    /// The terminal's editing characters (termios(3), `c_cc`).
    struct Keys {
        var interrupt: UInt8 = 0x03
        var quit: UInt8 = 0x1C
        var erase: UInt8 = 0x7F
        var kill: UInt8 = 0x15
        var endOfFile: UInt8 = 0x04
        var suspend: UInt8 = 0x1A
    }

    enum End {
        case entered
        case abandoned
    }

    private static let backspace: UInt8 = 0x08
    /// One byte more than a PIN can have, so that a line that is too long is noticed.
    private static let capacity = SecurityKeyPIN.lengthBytes.upperBound + 1

    private let keys: Keys
    private let storage: UnsafeMutableRawBufferPointer
    private var count = 0
    private(set) var end: End?

    init(keys: Keys) {
        self.keys = keys
        unsafe storage = .allocate(byteCount: Self.capacity, alignment: 1)
    }

    deinit {
        if let base = unsafe storage.baseAddress { unsafe explicit_bzero(base, storage.count) }
        unsafe storage.deallocate()
    }

    mutating func take(_ byte: UInt8) {
        switch byte {
        case UInt8(ascii: "\n"), UInt8(ascii: "\r"): end = .entered
        case keys.interrupt, keys.quit, keys.endOfFile: end = .abandoned
        case keys.erase, Self.backspace: eraseCharacter()
        case keys.kill: count = 0
        case keys.suspend: break
        default: append(byte)
        }
    }

    /// Takes the line as a PIN; `nil` if no key could have such a PIN.
    func makePIN() -> SecurityKeyPIN? {
        SecurityKeyPIN(unsafe UnsafeRawBufferPointer(rebasing: storage[..<count]).bytes)
    }

    private mutating func append(_ byte: UInt8) {
        guard count < Self.capacity else { return }
        unsafe storage[count] = byte
        count += 1
    }

    /// Removes the last scalar: its UTF-8 bytes of the form 10xxxxxx, and the one before them.
    private mutating func eraseCharacter() {
        while count > 0 {
            count -= 1
            if unsafe storage[count] & 0xC0 != 0x80 { return }
        }
    }
}
