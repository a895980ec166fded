// SPDX-License-Identifier: Apache-2.0
import CLinux
import Glibc

/// A listening socket of ours in a directory; its path goes with it, as long as it is still the same inode.
final class BoundSocket: DoorSocket {
    let door: Door
    let ruleName: String
    let name: String
    let descriptor: CInt
    let isOpenToOthers = false
    var removableFrom: CInt? { directory.descriptor }
    private let directory: SocketDirectory
    private let file: String
    private let device: dev_t
    private let inode: ino_t

    /// Binds under a staging name, sets mode 0600, listens, and only then links the socket to its name, so that no moment
    /// lets anybody else connect and nothing that stands there is replaced. `ruleName` is the file's name without `.sock`.
    init(_ door: Door, named ruleName: String, in directory: SocketDirectory) throws(SocketDirectoryError) {
        let file = SocketDirectory.file(of: ruleName)
        let staging = ".\(file).staging"
        try directory.removeStaleSocket(staging)
        try directory.removeStaleSocket(file)
        let descriptor = try directory.bindAndListen(staging)
        do throws(SocketDirectoryError) {
            try directory.link(staging, to: file)
            let status = try directory.status(of: file)
            device = status.st_dev
            inode = status.st_ino
        } catch {
            directory.unlink(staging)
            close(descriptor)
            throw error
        }
        directory.unlink(staging)
        self.door = door
        self.ruleName = ruleName
        self.file = file
        name = directory.path(of: file)
        self.descriptor = descriptor
        self.directory = directory
    }

    deinit {
        if let status = try? directory.status(of: file), status.st_dev == device, status.st_ino == inode {
            directory.unlink(file)
        }
        close(descriptor)
    }
}
