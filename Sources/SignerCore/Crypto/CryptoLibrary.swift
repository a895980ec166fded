// SPDX-License-Identifier: Apache-2.0
import COpenSSL

/// libcrypto as a whole.
package enum CryptoLibrary {
    /// Has libcrypto wipe what it gives back of its ordinary heap. The first call of libcrypto in a process.
    ///
    /// - Returns: False where libcrypto has taken memory already: what it took could not be wiped.
    package static func wipeFreedMemory() -> Bool { COpenSSLWipeFreedMemory() == 1 }

    /// Lets libcrypto do all that it otherwise does at its first use: read its configuration, load the providers named
    /// there, fetch entropy. Afterwards it needs no file, and no memory that may be code.
    ///
    /// The texts of its errors, which nobody reads, are not loaded: they are a tenth of what it takes of the heap.
    ///
    /// - Throws: `CryptoError` where a key cannot be made, as where the configuration names a provider that is not there.
    package static func prepare() throws(CryptoError) {
        try check(OPENSSL_init_crypto(UInt64(OPENSSL_INIT_NO_LOAD_CRYPTO_STRINGS), nil), "OPENSSL_init_crypto")
        _ = try PrivateKey.generate()
    }
}
