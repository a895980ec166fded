// SPDX-License-Identifier: Apache-2.0
import COpenSSL

/// A failure of libcrypto. None of them is the fault of a caller's input.
package enum CryptoError: Error, Hashable, Sendable {
    /// The secure heap is full, or was never set up.
    case noSecureMemory
    /// The named function of libcrypto failed.
    case failed(call: String)
}

/// Throws unless `result` is 1, libcrypto's success, and empties libcrypto's error queue, which would grow otherwise.
func check(_ result: Int32, _ call: StaticString) throws(CryptoError) {
    guard result == 1 else {
        ERR_clear_error()
        throw .failed(call: call.description)
    }
}

/// Unwraps the pointer that `call` returned; where there is none, empties libcrypto's error queue and throws.
func require<Pointer>(_ pointer: Pointer?, _ call: StaticString) throws(CryptoError) -> Pointer {
    guard let pointer else {
        ERR_clear_error()
        throw .failed(call: call.description)
    }
    return pointer
}
