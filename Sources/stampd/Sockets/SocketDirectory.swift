// SPDX-License-Identifier: Apache-2.0
import CLinux
import Glibc

/// The reasons why a frame gets no sockets.
enum SocketDirectoryError: Error {
    case system(path: String, SystemError)
    case notADirectory(path: String)
    /// The directory belongs to another user, or its group or others may write it, and could put their own socket
    /// there.
    case writableByOthers(path: String)
    /// A socket should be open to a group that this process is not in.
    case foreignGroup(path: String, group: gid_t)
    /// Another frame uses the directory.
    case inUse(path: String)
    /// A process listens at this path.
    case live(path: String)
    /// The file at this path is not a socket.
    case inTheWay(path: String)
    /// The path is longer than a Unix socket's may be.
    case pathTooLong(path: String, limit: Int)
}

/// The directory of a frame's sockets. A lock in it is held for as long as the frame runs, so that only one of two
/// starting frames gets it.
final class SocketDirectory {
    private let path: String
    let descriptor: CInt
    private let lock: DirectoryLock

    /// The length of sun_path in unix(7), without its NUL.
    private static let maximumPathByteCount = 107

    /// Returns the name of a socket's file.
    static func file(of socket: String) -> String { "\(socket).sock" }

    /// Takes the directory for these sockets, whose paths must not be too long.
    init(path: String, for sockets: [String]) throws(SocketDirectoryError) {
        for socket in sockets {
            let socketPath = "\(path)/\(Self.file(of: socket))"
            guard socketPath.utf8.count <= Self.maximumPathByteCount else {
                throw .pathTooLong(path: socketPath, limit: Self.maximumPathByteCount)
            }
        }
        let descriptor = unsafe open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else {
            let code = errno
            throw code == ENOTDIR
                ? .notADirectory(path: path) : .system(path: path, SystemError(call: "open", code: code))
        }
        do throws(SocketDirectoryError) {
            try Self.requireOwn(descriptor, path: path)
            lock = try DirectoryLock(directory: descriptor, path: path)
        } catch {
            close(descriptor)
            throw error
        }
        self.path = path
        self.descriptor = descriptor
    }

    deinit {
        lock.remove(from: descriptor)
        close(descriptor)
    }

    private static func requireOwn(_ descriptor: CInt, path: String) throws(SocketDirectoryError) {
        var status = stat()
        guard unsafe fstat(descriptor, &status) == 0 else {
            throw .system(path: path, SystemError(call: "fstat", code: errno))
        }
        let isOwn = status.st_uid == geteuid() || status.st_uid == 0
        guard isOwn, status.st_mode & (S_IWGRP | S_IWOTH) == 0 else { throw .writableByOthers(path: path) }
    }

    func status(of name: String) throws(SocketDirectoryError) -> stat {
        var status = stat()
        guard unsafe fstatat(descriptor, name, &status, AT_SYMLINK_NOFOLLOW) == 0 else {
            throw failure("fstatat", at: "\(path)/\(name)")
        }
        return status
    }

    func path(of name: String) -> String { "\(path)/\(name)" }

    func unlink(_ name: String) { unsafe _ = unlinkat(descriptor, name, 0) }

    func link(_ name: String, to newName: String) throws(SocketDirectoryError) {
        guard unsafe linkat(descriptor, name, descriptor, newName, 0) == 0 else {
            throw errno == EEXIST ? .inTheWay(path: "\(path)/\(newName)") : failure("linkat", at: "\(path)/\(newName)")
        }
    }

    /// Makes room for a socket: removes a socket at which no process listens, and throws for anything else that is
    /// there.
    func removeStaleSocket(_ name: String) throws(SocketDirectoryError) {
        var status = stat()
        guard unsafe fstatat(descriptor, name, &status, AT_SYMLINK_NOFOLLOW) == 0 else {
            guard errno == ENOENT else { throw failure("fstatat", at: "\(path)/\(name)") }
            return
        }
        guard status.st_mode & S_IFMT == S_IFSOCK else { throw .inTheWay(path: "\(path)/\(name)") }
        guard try !isLive(name) else { throw .live(path: "\(path)/\(name)") }
        unlink(name)
    }

    /// Makes a listening socket at `name`. It has mode 0600 before it listens, or 0660 and this group.
    ///
    /// - Throws: `.foreignGroup` if this process is not in the group; `.system`.
    func bindAndListen(_ name: String, openTo group: gid_t?) throws(SocketDirectoryError) -> CInt {
        let socket = try makeSocket(at: name)
        do throws(SocketDirectoryError) {
            try unsafe inDirectory(name, "bind") { address, length in unsafe bind(socket, address, length) }
            if let group, unsafe fchownat(descriptor, name, .max, group, AT_SYMLINK_NOFOLLOW) != 0 {
                guard errno != EPERM else { throw .foreignGroup(path: path, group: group) }
                throw failure("fchownat", at: "\(path)/\(name)")
            }
            guard unsafe fchmodat(descriptor, name, group == nil ? 0o600 : 0o660, 0) == 0 else {
                throw failure("fchmodat", at: "\(path)/\(name)")
            }
            guard listen(socket, SOMAXCONN) == 0 else { throw failure("listen", at: "\(path)/\(name)") }
            return socket
        } catch {
            close(socket)
            throw error
        }
    }

    private func isLive(_ name: String) throws(SocketDirectoryError) -> Bool {
        let socket = try makeSocket(at: name)
        defer { close(socket) }
        do throws(SocketDirectoryError) {
            try unsafe inDirectory(name, "connect") { address, length in unsafe connect(socket, address, length) }
            return true
        } catch .system(_, let error) where error.code == ECONNREFUSED {
            return false
        } catch .system(_, let error) where error.code == EAGAIN {
            return true
        } catch { throw error }
    }

    private func makeSocket(at name: String) throws(SocketDirectoryError) -> CInt {
        let socket = socket(AF_UNIX, CLinuxOwnStream, 0)
        guard socket >= 0 else { throw failure("socket", at: "\(path)/\(name)") }
        return socket
    }

    /// Makes a system call on the address of `name` from inside the directory that was checked, even if its path leads
    /// elsewhere by now.
    private func inDirectory(
        _ name: String,
        _ call: StaticString,
        _ body: (UnsafePointer<sockaddr>, socklen_t) -> CInt
    ) throws(SocketDirectoryError) {
        guard fchdir(descriptor) == 0 else { throw failure("fchdir", at: path) }
        defer { _ = unsafe chdir("/") }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        unsafe withUnsafeMutableBytes(of: &address.sun_path) { target in unsafe target.copyBytes(from: name.utf8) }
        let result = unsafe withUnsafePointer(to: &address) { address in
            unsafe address.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                unsafe body(address, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        let code = errno
        guard result == 0 else { throw .system(path: "\(path)/\(name)", SystemError(call: call, code: code)) }
    }

    private func failure(_ call: StaticString, at path: String) -> SocketDirectoryError {
        .system(path: path, SystemError(call: call, code: errno))
    }
}
