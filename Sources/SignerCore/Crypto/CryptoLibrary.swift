// SPDX-License-Identifier: Apache-2.0
import COpenSSL

/// Settings of libcrypto that apply to the whole process.
package enum CryptoLibrary {
    /// Makes libcrypto wipe the memory that it frees in its ordinary heap. Must come before any other call of
    /// libcrypto.
    ///
    /// Where one of its first allocations fails, libcrypto 3.0 goes on with what it has not made, or ends the process.
    /// So `end` is called where an allocation fails before `prepare` is over.
    ///
    /// - Parameter end: Ends the process; it has no memory to do it with.
    /// - Returns: False if libcrypto has allocated memory before, which then could not be wiped.
    package static func wipeFreedMemory(endingBy end: (@convention(c) () -> Void)? = nil) -> Bool {
        unsafe shortage = end
        return unsafe CRYPTO_set_mem_functions(
            { count, file, line in
                let memory = unsafe COpenSSLAllocate(count, file, line)
                if unsafe memory == nil, count != 0 { unsafe CryptoLibrary.shortage?() }
                return unsafe memory
            },
            { memory, count, file, line in
                let moved = unsafe COpenSSLReallocate(memory, count, file, line)
                if unsafe moved == nil, count != 0 { unsafe CryptoLibrary.shortage?() }
                return unsafe moved
            },
            COpenSSLFree
        ) == 1
    }

    /// What is called where libcrypto gets no memory. It is set while the process has one thread, and then only read.
    nonisolated(unsafe) private static var shortage: (@convention(c) () -> Void)?

    /// Makes libcrypto do now what it would do at its first use: read its configuration, load the providers named
    /// there, and fetch entropy. Afterwards it needs no file and no executable memory.
    ///
    /// Error texts are not loaded: the daemon prints none, and they would take a tenth of libcrypto's heap.
    ///
    /// - Throws: `CryptoError` where a key cannot be made, for example because the configuration names a missing
    ///   provider.
    package static func prepare() throws(CryptoError) {
        defer { unsafe shortage = nil }
        try check(OPENSSL_init_crypto(UInt64(OPENSSL_INIT_NO_LOAD_CRYPTO_STRINGS), nil), "OPENSSL_init_crypto")
        _ = try PrivateKey.generate()
    }
}
