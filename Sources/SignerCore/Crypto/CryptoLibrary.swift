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
    /// - Throws: `CryptoError` where a key cannot be made, as where the configuration names a provider that is not there.
    package static func prepare() throws(CryptoError) {
        _ = try PrivateKey.generate()
    }
}
