// SPDX-License-Identifier: Apache-2.0
import CLinux
import Glibc

/// Why a frame has no sockets.
enum SocketDirectoryError: Error {
    case system(path: String, SystemError)
    case notADirectory(path: String)
    /// Owned by another user, or writable by group or others: they could put a socket of their own there.
    case writableByOthers(path: String)
    /// Another frame holds the directory.
    case inUse(path: String)
    /// Somebody listens at this path.
    case live(path: String)
    /// Something at this path that is no socket.
    case inTheWay(path: String)
    /// More bytes than a Unix socket's path may have.
    case pathTooLong(path: String, limit: Int)
}

/// The directory of a frame's sockets. A lock in it is held for as long as the frame runs, so that of two starters one
/// gets it.
final class SocketDirectory {
    private let path: String
    let descriptor: CInt
    private let lock: DirectoryLock

    /// sun_path of unix(7) without its NUL.
    private static let maximumPathByteCount = 107

    /// The file of a socket.
    static func file(of socket: String) -> String { "\(socket).sock" }

    /// Takes the directory for these sockets, none of whose paths may be too long.
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

    /// Clears the way for a socket: nothing there is fine, a socket that nobody listens at is removed, anything else stays
    /// and is an error.
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

    /// A listening socket at `name`, mode 0600 before it listens.
    func bindAndListen(_ name: String) throws(SocketDirectoryError) -> CInt {
        let socket = try makeSocket(at: name)
        do throws(SocketDirectoryError) {
            try unsafe inDirectory(name, "bind") { address, length in unsafe bind(socket, address, length) }
            guard unsafe fchmodat(descriptor, name, 0o600, 0) == 0 else {
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

    /// Runs a call on the address of `name` from inside the directory that was checked, whatever stands at its path by now.
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
