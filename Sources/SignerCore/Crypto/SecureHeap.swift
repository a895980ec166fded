// SPDX-License-Identifier: Apache-2.0
import COpenSSL

/// libcrypto's secure heap: one arena between guard pages, locked in memory, excluded from core dumps, wiped when
/// freed.
package enum SecureHeap {
    /// How well the arena is protected.
    package enum Protection: Sendable {
        /// Guard pages are set, and every page is locked.
        case full
        /// A page could not be locked or guarded, so the arena may reach swap.
        case partial
    }

    /// The arena's size. 64 sessions, 64 pending keys and libcrypto's own working values need less than a quarter of
    /// it.
    package static let byteCount = 256 * 1024

    /// Sets the arena up (`CRYPTO_secure_malloc_init(3)`), before any key exists. Later calls return the first one's
    /// result.
    ///
    /// - Throws: `CryptoError.noSecureMemory` where there is no arena at all.
    package static func setUp() throws(CryptoError) -> Protection { try protection.get() }

    /// Computed once in a process, because libcrypto sets its arena up without a lock.
    private static let protection = Result { () throws(CryptoError) in
        switch CRYPTO_secure_malloc_init(byteCount, 16) {
        case 1: Protection.full
        case 2: Protection.partial
        default: throw CryptoError.noSecureMemory
        }
    }

    /// Frees the arena; false while anything in it is still in use.
    package static func tearDown() -> Bool { CRYPTO_secure_malloc_done() == 1 }

    /// How many bytes are in use; zero once the last secret was freed.
    package static var usedByteCount: Int { CRYPTO_secure_used() }
}
