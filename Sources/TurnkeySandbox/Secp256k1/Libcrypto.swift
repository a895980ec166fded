// SPDX-License-Identifier: Apache-2.0
import COpenSSL

/// A failed call of libcrypto: it has no memory, or lacks the algorithm. No request can cause it.
struct LibcryptoError: Error, Equatable {
    let call: String

    /// Creates the error, and empties libcrypto's error queue, which would grow otherwise.
    init(_ call: StaticString) {
        ERR_clear_error()
        self.call = call.description
    }
}

/// Throws unless `result` is 1, libcrypto's success.
func check(_ result: Int32, _ call: StaticString) throws(LibcryptoError) {
    guard result == 1 else { throw LibcryptoError(call) }
}

/// A big number of libcrypto, wiped and freed with its owner.
@safe struct BigNumber: ~Copyable {
    let pointer: OpaquePointer

    init() throws(LibcryptoError) {
        guard let pointer = unsafe BN_new() else { throw LibcryptoError("BN_new") }
        unsafe self.pointer = unsafe pointer
    }

    /// Reads big-endian bytes.
    init(_ bytes: [UInt8]) throws(LibcryptoError) {
        guard let pointer = unsafe BN_bin2bn(bytes, Int32(bytes.count), nil) else { throw LibcryptoError("BN_bin2bn") }
        unsafe self.pointer = unsafe pointer
    }

    deinit { unsafe BN_clear_free(pointer) }

    var isZero: Bool { unsafe BN_is_zero(pointer) == 1 }

    /// Returns 32 bytes, big-endian; the number must fit.
    func bytes() throws(LibcryptoError) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: 32)
        guard unsafe BN_bn2binpad(pointer, &bytes, 32) == 32 else { throw LibcryptoError("BN_bn2binpad") }
        return bytes
    }
}
