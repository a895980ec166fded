// SPDX-License-Identifier: Apache-2.0
import Glibc

/// A lock between processes (flock(2)), held until it is released or its holder ends, however that happens.
///
/// Two holders in one process exclude each other too, because each has opened the file itself.
package final class FileLock: Sendable {
    private let file: CInt

    private init(file: CInt) {
        self.file = file
    }

    /// Unlocks before closing. A child process that another thread starts holds a copy of the descriptor until its
    /// exec(2), and the lock would last as long as any copy is open.
    deinit {
        flock(file, LOCK_UN)
        close(file)
    }

    /// Takes the lock at once; `nil` if another holds it.
    package static func take(_ path: String) throws(StoreError) -> FileLock? {
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

    /// Waits up to five seconds for the lock; a holder only writes a file of a few KiB.
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
