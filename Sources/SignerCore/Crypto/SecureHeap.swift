// SPDX-License-Identifier: Apache-2.0
import COpenSSL

/// libcrypto's secure heap: one arena between guard pages, locked in memory, left out of core dumps, wiped when freed.
package enum SecureHeap {
    /// What the arena turned out to be.
    package enum Protection: Sendable {
        /// Guard pages are set and every page is locked.
        case full
        /// The arena is there, but a page could not be locked or guarded: it may reach swap.
        case partial
    }

    /// 64 sessions, 64 pending keys and libcrypto's own working values need less than a quarter of it.
    package static let byteCount = 256 * 1024

    /// Sets the arena up, before any key exists (`CRYPTO_secure_malloc_init(3)`); asked again, it tells how that went.
    ///
    /// - Throws: `CryptoError.noSecureMemory` where there is no arena at all.
    package static func setUp() throws(CryptoError) -> Protection { try protection.get() }

    /// Made once for each process: libcrypto's arena has no lock while it is set up.
    private static let protection = Result { () throws(CryptoError) in
        switch CRYPTO_secure_malloc_init(byteCount, 16) {
        case 1: Protection.full
        case 2: Protection.partial
        default: throw CryptoError.noSecureMemory
        }
    }

    /// Gives the arena back; false while anything in it is still alive.
    package static func tearDown() -> Bool { CRYPTO_secure_malloc_done() == 1 }

    /// Bytes in use now; zero once the last secret has ended.
    package static var usedByteCount: Int { CRYPTO_secure_used() }
}
