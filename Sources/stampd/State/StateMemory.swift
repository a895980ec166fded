// SPDX-License-Identifier: Apache-2.0
import CLinux
import Glibc
import SignerCore

/// Memory that a service manager can hold while the process is replaced: a memfd_secret(2), which can only be read by a
/// mapping; if the kernel has none and no swap is on, a memfd_create(2) whose size is sealed. It is mapped shared, and
/// excluded from children and core dumps.
@safe struct StateMemory: ~Copyable {
    enum Fault: Error {
        /// The kernel has no memfd_secret(2), and swap is on or unknown.
        case mayReachSwap
        /// The descriptor has another kind, size or seal than ours.
        case foreign
        case system(SystemError)
    }

    let descriptor: CInt
    /// The mapping: `byteCount` bytes, or `firstByteCount`.
    let bytes: UnsafeMutableRawBufferPointer

    /// The size: the frame's state, and behind it the audit's head.
    static let byteCount = firstByteCount + AuditArea.byteCount
    /// The size in version 0.1.0: the frame's state alone.
    static let firstByteCount = StateSlots.byteCount

    var hasAuditArea: Bool { unsafe bytes.count == Self.byteCount }

    /// Makes the audit's area; nil in memory of version 0.1.0.
    func makeAuditArea() -> AuditArea? {
        guard hasAuditArea else { return nil }
        return unsafe AuditArea(UnsafeMutableRawBufferPointer(rebasing: bytes[Self.firstByteCount...]))
    }

    /// Makes memory of zeros, with every page allocated.
    static func make() throws(Fault) -> StateMemory {
        let secret = CLinuxMemfdSecret()
        if secret >= 0 { return try make(secret, isSecret: true) }
        guard CLinuxIsSwapOn() == 0 else { throw .mayReachSwap }
        let memfd = unsafe CLinuxMemfd("stampd-state")
        let code = errno
        guard memfd >= 0 else { throw .system(SystemError(call: "memfd_create", code: code)) }
        return try make(memfd, isSecret: false)
    }

    /// Takes over memory that an earlier process made. The descriptor is closed with the memory, or if this throws.
    static func adopt(_ descriptor: CInt) throws(Fault) -> StateMemory {
        var status = stat()
        let isFile = unsafe fstat(descriptor, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
        // Only a file of that size is read further, since reading something else might block.
        let mayBeOurs = isFile && [Self.byteCount, Self.firstByteCount].contains(status.st_size)
        let isSecret = mayBeOurs && CLinuxIsMemfdSecret(descriptor) == 1
        guard mayBeOurs, isSecret || CLinuxIsSizeSealed(descriptor) == 1 else {
            close(descriptor)
            throw .foreign
        }
        guard isSecret || CLinuxIsSwapOn() == 0 else {
            close(descriptor)
            throw .mayReachSwap
        }
        return try map(descriptor, byteCount: status.st_size, isSecret: isSecret)
    }

    private static func make(_ descriptor: CInt, isSecret: Bool) throws(Fault) -> StateMemory {
        do throws(SystemError) {
            try checkLibc(ftruncate(descriptor, byteCount), "ftruncate")
            if !isSecret { try checkLibc(CLinuxSealSize(descriptor), "fcntl(F_ADD_SEALS)") }
        } catch {
            close(descriptor)
            throw .system(error)
        }
        let memory = try map(descriptor, byteCount: byteCount, isSecret: isSecret)
        // If a page cannot be allocated, the process ends now, and not during a call.
        unsafe memory.bytes.initializeMemory(as: UInt8.self, repeating: 0)
        return memory
    }

    private static func map(_ descriptor: CInt, byteCount: Int, isSecret: Bool) throws(Fault) -> StateMemory {
        let base = unsafe mmap(nil, byteCount, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0)
        let code = errno
        guard let base = unsafe base, unsafe base != MAP_FAILED else {
            close(descriptor)
            throw .system(SystemError(call: "mmap", code: code))
        }
        let bytes = unsafe UnsafeMutableRawBufferPointer(start: base, count: byteCount)
        let memory = unsafe StateMemory(descriptor: descriptor, bytes: bytes)
        do throws(SystemError) {
            try unsafe checkLibc(madvise(base, bytes.count, MADV_DONTFORK), "madvise(MADV_DONTFORK)")
            try unsafe checkLibc(madvise(base, bytes.count, MADV_DONTDUMP), "madvise(MADV_DONTDUMP)")
            // A memfd_secret is always locked, and refuses mlock.
            if !isSecret { try unsafe checkLibc(mlock(base, bytes.count), "mlock") }
        } catch { throw .system(error) }
        return memory
    }

    private init(descriptor: CInt, bytes: UnsafeMutableRawBufferPointer) {
        self.descriptor = descriptor
        unsafe self.bytes = bytes
    }

    deinit {
        unsafe munmap(bytes.baseAddress, bytes.count)
        close(descriptor)
    }
}

extension StateMemory.Fault {
    var message: String {
        switch self {
        case .mayReachSwap: "this kernel has no memfd_secret, and what it has instead might be written to swap"
        case .foreign: "the descriptor is none that stampd made"
        case .system(let error): error.message
        }
    }
}
