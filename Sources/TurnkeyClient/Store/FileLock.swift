// SPDX-License-Identifier: Apache-2.0
import Glibc

/// A lock between processes (flock(2)): held until it is let go, or until its holder ends, however that ends.
///
/// Two holders in one process exclude each other too: each has opened the file itself.
final class FileLock: Sendable {
    private let file: CInt

    private init(file: CInt) {
        self.file = file
    }

    deinit { close(file) }

    /// Takes the lock at once. `nil`: another holds it.
    static func take(_ path: String) throws(StoreError) -> FileLock? {
        let file = try FileSystem.open(path, O_RDWR | O_CREAT)
        guard flock(file, LOCK_EX | LOCK_NB) == 0 else {
            let isHeld = errno == EWOULDBLOCK
            let error = FileSystem.failure("flock", path)
            close(file)
            guard isHeld else { throw error }
            return nil
        }
        return FileLock(file: file)
    }

    /// Waits for the lock, for five seconds at most: a holder only writes a file of a few KiB.
    ///
    /// - Throws: `.busy`, `.failed`.
    static func wait(for path: String) async throws(StoreError) -> FileLock {
        let limit = ContinuousClock.now + .seconds(5)
        while ContinuousClock.now < limit {
            if let lock = try take(path) { return lock }
            guard (try? await Task.sleep(for: .milliseconds(10))) != nil else { break }
        }
        throw .busy(path: path)
    }
}
