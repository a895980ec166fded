// SPDX-License-Identifier: Apache-2.0
import Glibc
import Printing

/// An open directory: names in it are looked up through its descriptor, even if its path leads elsewhere by now.
final class OpenDirectory: Sendable {
    private let descriptor: CInt
    private let path: String

    /// Opens the directory at `path`, and follows links, since this program's user chose the path.
    ///
    /// - Throws: `.unreachable` where there is none.
    convenience init(path: String) throws(CarrierFault) {
        let descriptor = unsafe Glibc.open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw Self.makeFault(path, errno) }
        self.init(descriptor, path)
    }

    private init(_ descriptor: CInt, _ path: String) {
        (self.descriptor, self.path) = (descriptor, path)
    }

    deinit { close(descriptor) }

    /// Opens the directory of that name in this one; returns `nil` where there is none.
    ///
    /// - Throws: where the name is a link, or not a directory.
    func enter(_ name: String) throws(CarrierFault) -> OpenDirectory? {
        let child = unsafe openat(descriptor, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
        guard child >= 0 else {
            guard errno != ENOENT else { return nil }
            throw Self.makeFault("\(path)/\(name)", errno)
        }
        return OpenDirectory(child, "\(path)/\(name)")
    }

    /// Opens the directory of that name in this one, and makes it with mode 0755 where there is none.
    func require(_ name: String) throws(CarrierFault) -> OpenDirectory {
        if let found = try enter(name) { return found }
        guard unsafe mkdirat(descriptor, name, 0o755) == 0 || errno == EEXIST else {
            throw Self.makeFault("\(path)/\(name)", errno)
        }
        guard let made = try enter(name) else { throw Self.makeFault("\(path)/\(name)", ENOENT) }
        // Whatever the umask is: the documents in it are public.
        _ = fchmod(made.descriptor, 0o755)
        return made
    }

    /// Reads a file's bytes, cut as a carrier hands them out; returns `nil` where there is no file.
    ///
    /// - Throws: `.protocolViolation` where it is a link, a pipe or another thing that is not a regular file.
    func read(_ name: String) throws(CarrierFault) -> [UInt8]? {
        // Without O_NONBLOCK, opening a pipe would wait for a writer.
        let file = unsafe openat(descriptor, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
        guard file >= 0 else {
            guard errno != ENOENT else { return nil }
            throw Self.makeFault("\(path)/\(name)", errno)
        }
        defer { close(file) }
        var status = stat()
        guard unsafe fstat(file, &status) == 0 else { throw Self.makeFault("\(path)/\(name)", errno) }
        guard status.st_mode & S_IFMT == S_IFREG else {
            throw .protocolViolation(detail: "\(PrintableText(path))/\(name) is no file")
        }
        return try readAll(file, name)
    }

    /// Writes a file whole or not at all, in place of the present file of that name. Its mode is 0644, whatever the umask is.
    func write(_ bytes: [UInt8], _ name: String) throws(CarrierFault) {
        let new = ".\(name).new"
        // Left by a writer that was killed: the lock's holder is the only writer.
        _ = unsafe unlinkat(descriptor, new, 0)
        let file = unsafe openat(descriptor, new, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o644)
        guard file >= 0 else { throw Self.makeFault("\(path)/\(name)", errno) }
        let isWritten = Self.writeAll(bytes, file) && fchmod(file, 0o644) == 0 && fsync(file) == 0
        let code = errno
        close(file)
        guard isWritten else {
            _ = unsafe unlinkat(descriptor, new, 0)
            throw Self.makeFault("\(path)/\(name)", code)
        }
        guard unsafe renameat(descriptor, new, descriptor, name) == 0 else {
            throw Self.makeFault("\(path)/\(name)", errno)
        }
    }

    func remove(_ name: String) throws(CarrierFault) {
        guard unsafe unlinkat(descriptor, name, 0) == 0 || errno == ENOENT else {
            throw Self.makeFault("\(path)/\(name)", errno)
        }
    }

    /// Runs `body` while this process holds the directory's lock.
    ///
    /// - Parameters:
    ///   - patience: How long to wait for another holder, which only writes a file.
    ///   - body: The work to do under the lock.
    /// - Returns: What `body` returns.
    /// - Throws: `.busy` where another process holds the lock for longer; what `body` throws.
    func locked<Result>(
        within patience: Duration = DirectoryUse.patience,
        _ body: () throws(CarrierFault) -> Result
    ) throws(CarrierFault) -> Result {
        let use = try DirectoryUse(of: descriptor, path: path, within: patience)
        defer { use.end() }
        return try body()
    }

    /// Returns the names in the directory that are UTF-8 and do not begin with a dot.
    ///
    /// - Throws: `.protocolViolation` where there are more than `limit`.
    func names(atMost limit: Int) throws(CarrierFault) -> [String] {
        let copy = unsafe openat(descriptor, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard copy >= 0 else { throw Self.makeFault(path, errno) }
        guard let stream = unsafe fdopendir(copy) else {
            let code = errno
            close(copy)
            throw Self.makeFault(path, code)
        }
        defer { unsafe _ = closedir(stream) }
        var names: [String] = []
        while let entry = unsafe readdir(stream) {
            let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                unsafe pointer.withMemoryRebound(to: CChar.self, capacity: 256) { unsafe String(validatingCString: $0) }
            }
            guard let name, !name.hasPrefix(".") else { continue }
            names.append(name)
            guard names.count <= limit else {
                throw .protocolViolation(detail: "\(PrintableText(path)) has more than \(limit) entries")
            }
        }
        return names
    }

    private func readAll(_ file: CInt, _ name: String) throws(CarrierFault) -> [UInt8] {
        var (bytes, buffer) = ([UInt8](), [UInt8](repeating: 0, count: CarriedDocument.limitBytes + 1))
        while bytes.count <= CarriedDocument.limitBytes {
            let count = unsafe Glibc.read(file, &buffer, buffer.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw Self.makeFault("\(path)/\(name)", errno) }
            guard count > 0 else { return bytes }
            bytes += buffer[..<count]
        }
        return CarriedDocument.cut(bytes)
    }

    private static func writeAll(_ bytes: [UInt8], _ file: CInt) -> Bool {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = unsafe rest.withUnsafeBytes { unsafe Glibc.write(file, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return false }
            rest = rest.dropFirst(count)
        }
        return true
    }

    static func makeFault(_ path: String, _ code: CInt) -> CarrierFault {
        let detail = "\(PrintableText(path)): \(unsafe String(cString: strerror(code)))"
        return switch code {
        case EACCES, EPERM, EROFS: .denied(detail: detail)
        case ELOOP, ENOTDIR: .protocolViolation(detail: "\(PrintableText(path)) is a link, or no directory")
        default: .unreachable(detail: detail)
        }
    }
}
