// SPDX-License-Identifier: Apache-2.0
import Glibc

/// A PIN on its way to a key. It has one owner and is wiped at that owner's end.
///
/// 4 to 63 bytes of UTF-8 (CTAP 2.1, §6.5.1).
@safe public struct SecurityKeyPIN: ~Copyable, @unchecked Sendable {  // the pointer has one owner, which is moved
    package static let lengthBytes = 4...63
    /// The bytes, followed by a zero.
    private let storage: UnsafeMutableBufferPointer<CChar>

    /// Copies the bytes; wiping the original is up to its owner. `nil` if no key could have such a PIN.
    public init?(_ bytes: borrowing RawSpan) {
        let count = bytes.byteCount
        guard Self.lengthBytes.contains(count) else { return nil }
        // C would take a zero for the end.
        for index in 0..<count where unsafe bytes.unsafeLoad(fromByteOffset: index, as: UInt8.self) == 0 { return nil }
        unsafe storage = .allocate(capacity: count + 1)
        unsafe storage.initialize(repeating: 0)
        for index in 0..<count {
            unsafe storage[index] = bytes.unsafeLoad(fromByteOffset: index, as: CChar.self)
        }
    }

    deinit {
        if let base = unsafe storage.baseAddress { unsafe explicit_bzero(base, storage.count) }
        unsafe storage.deallocate()
    }

    /// Lends the PIN as a C string to `body`, which must not keep it.
    package borrowing func withCString<Result>(_ body: (UnsafePointer<CChar>?) -> Result) -> Result {
        unsafe body(UnsafePointer(storage.baseAddress))
    }
}
