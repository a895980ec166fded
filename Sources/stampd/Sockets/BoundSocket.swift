// SPDX-License-Identifier: Apache-2.0
import CLinux
import Glibc

/// A listening socket that the frame bound in a directory. Its path is removed with it, if it is still the same inode.
final class BoundSocket: FrameSocket {
    let kind: SocketKind
    let ruleName: String
    let name: String
    let descriptor: CInt
    let isOpenToOthers: Bool
    var removableFrom: CInt? { directory.descriptor }
    private let directory: SocketDirectory
    private let file: String
    private let device: dev_t
    private let inode: ino_t

    /// Binds under a staging name, sets mode 0600, listens, and only then links the socket to its name, so that no
    /// other user can connect at any moment, and no existing file is replaced. `ruleName` is the file's name without
    /// `.sock`. `group` may connect too: the mode is then 0660.
    init(
        _ kind: SocketKind,
        named ruleName: String,
        in directory: SocketDirectory,
        openTo group: gid_t? = nil
    ) throws(SocketDirectoryError) {
        let file = SocketDirectory.file(of: ruleName)
        let staging = ".\(file).staging"
        try directory.removeStaleSocket(staging)
        try directory.removeStaleSocket(file)
        let descriptor = try directory.bindAndListen(staging, openTo: group)
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
        self.kind = kind
        isOpenToOthers = group != nil
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
