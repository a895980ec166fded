// SPDX-License-Identifier: Apache-2.0
import Foundation

/// Reads a pipe on a thread of its own until its end, so that the writer never waits, and lets tests wait for what comes.
// Unchecked: `bytes` and `hasEnded` are only touched under `condition`.
final class Collector: @unchecked Sendable {
    private let condition = NSCondition()
    private var bytes: [UInt8] = []
    private var hasEnded = false

    /// - Parameter descriptor: The pipe's read end; closed at its end.
    init(_ descriptor: CInt) {
        Thread { [self] in
            var buffer = [UInt8](repeating: 0, count: 64 * 1024)
            while true {
                let count = read(descriptor, &buffer, buffer.count)
                if count < 0, errno == EINTR { continue }
                condition.withLock {
                    if count > 0 { bytes += buffer[..<count] } else { hasEnded = true }
                    condition.broadcast()
                }
                guard count > 0 else { break }
            }
            close(descriptor)
        }.start()
    }

    var text: String { condition.withLock { String(decoding: bytes, as: UTF8.self) } }

    /// Waits until `holds` says so of what came.
    func wait(_ what: String, within seconds: Double = patience, until holds: (String) -> Bool) throws {
        try wait(what, within: seconds) { holds(String(decoding: bytes, as: UTF8.self)) }
    }

    func waitForEnd(within seconds: Double = patience) throws {
        try wait("end of output", within: seconds) { hasEnded }
    }

    private func wait(_ what: String, within seconds: Double, holds: () -> Bool) throws {
        let deadline = Date(timeIntervalSinceNow: seconds)
        condition.lock()
        defer { condition.unlock() }
        while !holds() {
            guard !hasEnded || what == "end of output", condition.wait(until: deadline) else {
                throw WaitTimedOut(what: "\(what); so far: \(String(decoding: bytes.suffix(2000), as: UTF8.self))")
            }
        }
    }
}
