// SPDX-License-Identifier: Apache-2.0
import COpenSSL

/// What libcrypto would not do. None of these is the fault of a caller's input.
package enum CryptoError: Error, Hashable, Sendable {
    /// Secure memory is used up, or was never set up.
    case noSecureMemory
    /// A call of libcrypto failed; its name.
    case failed(call: String)
}

/// Throws unless `result` is libcrypto's 1, and empties its error queue, which would otherwise grow.
func check(_ result: Int32, _ call: StaticString) throws(CryptoError) {
    guard result == 1 else {
        ERR_clear_error()
        throw .failed(call: call.description)
    }
}

/// Unwraps what `call` returned, and empties libcrypto's error queue where it returned nothing.
func require<Pointer>(_ pointer: Pointer?, _ call: StaticString) throws(CryptoError) -> Pointer {
    guard let pointer else {
        ERR_clear_error()
        throw .failed(call: call.description)
    }
    return pointer
}
