// SPDX-License-Identifier: Apache-2.0
import COpenSSL

/// Bytes that must not be copied or outlive their owner. They lie in the secure heap and are wiped at the owner's end.
@safe package struct Secret: ~Copyable {
    private let storage: UnsafeMutableRawBufferPointer

    /// Allocates `byteCount` zeros.
    ///
    /// - Throws: `CryptoError.noSecureMemory` where the secure heap is full or missing; libcrypto would then have used
    ///   the ordinary heap.
    package init(byteCount: Int) throws(CryptoError) {
        guard let base = unsafe CRYPTO_secure_zalloc(max(byteCount, 1), nil, 0),
            unsafe CRYPTO_secure_allocated(base) == 1
        else {
            throw .noSecureMemory
        }
        unsafe storage = UnsafeMutableRawBufferPointer(start: base, count: byteCount)
    }

    /// Copies bytes that are not secret, for a function that takes a secret.
    init(copying bytes: [UInt8]) throws(CryptoError) {
        try self.init(byteCount: bytes.count)
        unsafe storage.copyBytes(from: bytes)
    }

    /// Joins `prefix ‖ secret` in one allocation.
    init(_ prefix: [UInt8], followedBy secret: borrowing Secret) throws(CryptoError) {
        try self.init(byteCount: prefix.count + secret.byteCount)
        unsafe storage.copyBytes(from: prefix)
        unsafe UnsafeMutableRawBufferPointer(rebasing: storage[prefix.count...]).copyMemory(
            from: UnsafeRawBufferPointer(secret.storage)
        )
    }

    /// Keeps the first `byteCount` bytes as a new secret and wipes the others.
    consuming func prefix(_ byteCount: Int) throws(CryptoError) -> Secret {
        guard byteCount < self.byteCount else { return self }
        let result = try Secret(byteCount: byteCount)
        unsafe result.storage.copyMemory(from: UnsafeRawBufferPointer(rebasing: storage[..<byteCount]))
        return result
    }

    deinit { unsafe CRYPTO_secure_clear_free(storage.baseAddress, storage.count, nil, 0) }

    /// The number of bytes.
    package var byteCount: Int { unsafe storage.count }

    /// Lends the bytes to `body`, which must not keep them.
    package borrowing func withBytes<Result: ~Copyable, Failure: Error>(
        _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try unsafe body(UnsafeRawBufferPointer(storage))
    }

    /// Lends the bytes for writing to `body`, which must not keep them.
    package mutating func withMutableBytes<Result: ~Copyable, Failure: Error>(
        _ body: (UnsafeMutableRawBufferPointer) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try unsafe body(storage)
    }
}

/// Overwrites the stack below the caller, where the last private-key operation left nonces and parts of scalars.
func cleanseStack() { COpenSSLCleanseStack() }
