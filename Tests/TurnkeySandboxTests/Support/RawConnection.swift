// SPDX-License-Identifier: Apache-2.0
import Foundation
import Glibc
import Testing

/// A TCP connection to 127.0.0.1 on which a test writes what it likes. Reading blocks its thread: for another process
/// only.
final class RawConnection {
    private let descriptor: Int32

    init(_ baseUrl: String) throws {
        let port = try #require(UInt16(baseUrl.split(separator: ":")[2]))
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        let size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let result = withUnsafeBytes(of: &address) { bytes in
            connect(descriptor, bytes.assumingMemoryBound(to: sockaddr.self).baseAddress, size)
        }
        guard result == 0 else { throw POSIXError(POSIXErrorCode(rawValue: errno) ?? .ENOTCONN) }
    }

    func write(_ text: String) throws {
        var rest = Data(text.utf8)[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes {
                send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            try #require(count > 0)
            rest = rest.dropFirst(count)
        }
    }

    /// Says that no more will be written, and reads until the other side says so too.
    func finish() -> String {
        shutdown(descriptor, Int32(SHUT_WR))
        var text = Data()
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while case let count = recv(descriptor, &buffer, buffer.count, 0), count > 0 {
            text += buffer[..<count]
        }
        return String(decoding: text, as: UTF8.self)
    }

    deinit { close(descriptor) }
}
