// SPDX-License-Identifier: Apache-2.0
import COpenSSL

/// Bytes that must not be copied or outlive their owner: they lie in the secure heap and are wiped when it ends.
@safe package struct Secret: ~Copyable {
    private let storage: UnsafeMutableRawBufferPointer

    /// Zeros, `byteCount` of them.
    ///
    /// - Throws: `CryptoError.noSecureMemory`: the heap is used up, or libcrypto would have answered from the ordinary one.
    package init(byteCount: Int) throws(CryptoError) {
        guard let base = unsafe CRYPTO_secure_zalloc(max(byteCount, 1), nil, 0),
            unsafe CRYPTO_secure_allocated(base) == 1
        else {
            throw .noSecureMemory
        }
        unsafe storage = UnsafeMutableRawBufferPointer(start: base, count: byteCount)
    }

    /// A copy of bytes that are no secret themselves, where a secret is asked for.
    init(copying bytes: [UInt8]) throws(CryptoError) {
        try self.init(byteCount: bytes.count)
        unsafe storage.copyBytes(from: bytes)
    }

    /// `prefix ‖ secret`, in one piece.
    init(_ prefix: [UInt8], followedBy secret: borrowing Secret) throws(CryptoError) {
        try self.init(byteCount: prefix.count + secret.byteCount)
        unsafe storage.copyBytes(from: prefix)
        unsafe UnsafeMutableRawBufferPointer(rebasing: storage[prefix.count...]).copyMemory(
            from: UnsafeRawBufferPointer(secret.storage)
        )
    }

    /// The first `byteCount` bytes as a secret of their own; the others end.
    consuming func prefix(_ byteCount: Int) throws(CryptoError) -> Secret {
        guard byteCount < self.byteCount else { return self }
        let result = try Secret(byteCount: byteCount)
        unsafe result.storage.copyMemory(from: UnsafeRawBufferPointer(rebasing: storage[..<byteCount]))
        return result
    }

    deinit { unsafe CRYPTO_secure_clear_free(storage.baseAddress, storage.count, nil, 0) }

    package var byteCount: Int { unsafe storage.count }

    /// Lends the bytes for the length of `body`; they may not be kept.
    package borrowing func withBytes<Result: ~Copyable, Failure: Error>(
        _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try unsafe body(UnsafeRawBufferPointer(storage))
    }

    /// Lends the bytes for writing, for the length of `body`.
    package mutating func withMutableBytes<Result: ~Copyable, Failure: Error>(
        _ body: (UnsafeMutableRawBufferPointer) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try unsafe body(storage)
    }
}

/// Overwrites the stack that the last private-key operation used: it leaves nonces and parts of scalars there.
func cleanseStack() { COpenSSLCleanseStack() }
