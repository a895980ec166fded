// SPDX-License-Identifier: Apache-2.0
import CFIDO2
import Foundation
import Glibc
import SecurityKey

/// A software key's socket in a device file's place: open, close, read and write of 64-byte reports.
enum KeyPort {
    static func functions() -> fido_dev_io_t {
        fido_dev_io_t(
            open: { path in path.flatMap { KeyPort.open(String(cString: $0)) } },
            close: { handle in _ = Glibc.close(KeyPort.descriptor(handle)) },
            read: { handle, buffer, size, milliseconds in
                var wait = pollfd(fd: KeyPort.descriptor(handle), events: Int16(POLLIN), revents: 0)
                guard poll(&wait, 1, milliseconds) == 1 else { return -1 }
                return CInt(recv(wait.fd, buffer, size, 0))
            },
            write: { handle, buffer, size in
                CInt(send(KeyPort.descriptor(handle), buffer, size, Int32(MSG_NOSIGNAL)))
            }
        )
    }

    /// The handle is the descriptor plus one: `nil` would be a failure.
    private static func open(_ path: String) -> UnsafeMutableRawPointer? {
        let descriptor = socket(AF_UNIX, Int32(SOCK_SEQPACKET.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard withSocketAddress(path, { connect(descriptor, $0, $1) }) == 0 else {
            Glibc.close(descriptor)
            return nil
        }
        return UnsafeMutableRawPointer(bitPattern: Int(descriptor) + 1)
    }

    private static func descriptor(_ handle: UnsafeMutableRawPointer?) -> CInt {
        CInt(Int(bitPattern: handle) - 1)
    }
}

/// The software keys that are plugged in.
struct KeyHub: SecurityKeyBus {
    let keys: [SoftwareKey]

    func devices() throws(SecurityKeyError) -> [SecurityKeyDevice] {
        if keys.isEmpty { throw .noKey }
        return keys.enumerated().map { index, key in
            SecurityKeyDevice(
                name: SecurityKeyName(product: "Key \(index + 1)", path: key.path),
                port: { KeyPort.functions() }
            )
        }
    }
}
