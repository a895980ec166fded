// SPDX-License-Identifier: Apache-2.0
import Foundation
import Glibc

/// A descriptor that this process shares with other programs, such as a terminal or a pipe. Another program may have
/// made it non-blocking (fcntl(2)), for all of them.
struct SharedDescriptor: Sendable {
    let number: CInt

    static let standardOutput = SharedDescriptor(number: STDOUT_FILENO)
    static let standardError = SharedDescriptor(number: STDERR_FILENO)

    /// Writes all of the data, however long that takes.
    func write(_ data: Data) throws(SystemError) {
        var rest = data[...]
        while !rest.isEmpty {
            let count = unsafe rest.withUnsafeBytes { unsafe Glibc.write(number, $0.baseAddress, $0.count) }
            if count >= 0 { rest = rest.dropFirst(count) } else { try wait(for: POLLOUT, after: errno) }
        }
    }

    /// Waits for bytes, and reads at most `count` of them. `nil` at the end.
    func read(_ count: Int) throws(SystemError) -> Data? {
        var buffer = [UInt8](repeating: 0, count: count)
        while true {
            let got = unsafe Glibc.read(number, &buffer, buffer.count)
            if got >= 0 { return got == 0 ? nil : Data(buffer[..<got]) }
            try wait(for: POLLIN, after: errno)
        }
    }

    /// Waits until the descriptor is ready.
    ///
    /// - Throws: `SystemError` for an error that waiting does not mend.
    private func wait(for event: CInt, after code: CInt) throws(SystemError) {
        guard code != EINTR else { return }
        guard code == EAGAIN else { throw SystemError(code: code) }
        var interest = pollfd(fd: number, events: Int16(event), revents: 0)
        _ = unsafe poll(&interest, 1, -1)
    }
}

/// An error number of the system (errno(3)).
struct SystemError: Error {
    let code: CInt
}
