// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

@testable import TurnkeyClient

@Suite("a lock between processes")
struct FileLockTests {
    @Test("is free when it is let go, though a child that is being started still has its descriptor")
    func releasedBesideACopy() throws {
        let path = FileManager.default.temporaryDirectory.path + "/lock-\(UUID().uuidString)"
        defer { unlink(path) }
        var lock = try FileLock.take(path)
        #expect(try lock != nil && FileLock.take(path) == nil)
        let copy = dup(try #require(try descriptor(of: path)))
        defer { close(copy) }
        lock = nil
        #expect(try FileLock.take(path) != nil)
    }

    /// The descriptor of this process that has the file at `path` open.
    private func descriptor(of path: String) throws -> CInt? {
        try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").first {
            (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/fd/" + $0)) == path
        }.flatMap { CInt($0) }
    }
}
