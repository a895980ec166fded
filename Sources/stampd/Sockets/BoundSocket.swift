// SPDX-License-Identifier: Apache-2.0
import CLinux
import Glibc

/// A listening socket of ours in a directory; its path goes with it, as long as it is still the same inode.
final class BoundSocket: DoorSocket {
    let door: Door
    let name: String
    let descriptor: CInt
    var ruleName: String { door.name }
    let isOpenToOthers = false
    var removableFrom: CInt? { directory.descriptor }
    private let directory: SocketDirectory
    private let device: dev_t
    private let inode: ino_t

    /// Binds under a staging name, sets mode 0600, listens, and only then links the socket to its name, so that no moment
    /// lets anybody else connect and nothing that stands there is replaced.
    init(_ door: Door, in directory: SocketDirectory) throws(SocketDirectoryError) {
        let staging = ".\(door.socketName).staging"
        try directory.removeStaleSocket(staging)
        try directory.removeStaleSocket(door.socketName)
        let descriptor = try directory.bindAndListen(staging)
        do throws(SocketDirectoryError) {
            try directory.link(staging, to: door.socketName)
            let status = try directory.status(of: door.socketName)
            device = status.st_dev
            inode = status.st_ino
        } catch {
            directory.unlink(staging)
            close(descriptor)
            throw error
        }
        directory.unlink(staging)
        self.door = door
        name = directory.path(of: door.socketName)
        self.descriptor = descriptor
        self.directory = directory
    }

    deinit {
        if let status = try? directory.status(of: door.socketName), status.st_dev == device, status.st_ino == inode {
            directory.unlink(door.socketName)
        }
        close(descriptor)
    }
}
