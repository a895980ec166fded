// SPDX-License-Identifier: Apache-2.0
import CLinux
import Glibc
import Rules

/// Memory for the counters of limits, which a service manager can hold while the process is replaced: an ordinary
/// memfd_create(2) whose size is sealed. Its contents are not secret, and may be written to swap.
@safe struct CounterMemory: ~Copyable {
    enum Fault: Error {
        /// The descriptor has another kind, size or seal than ours.
        case foreign
        case system(SystemError)
    }

    let descriptor: CInt
    private let bytes: UnsafeMutableBufferPointer<UInt8>

    /// Makes memory of zeros, whose pages the kernel allocates when they are written.
    static func make() throws(Fault) -> CounterMemory {
        let descriptor = unsafe CLinuxMemfd("stampd-counters")
        let code = errno
        guard descriptor >= 0 else { throw .system(SystemError(call: "memfd_create", code: code)) }
        do throws(SystemError) {
            try checkLibc(ftruncate(descriptor, Counters.byteCount), "ftruncate")
            try checkLibc(CLinuxSealSize(descriptor), "fcntl(F_ADD_SEALS)")
        } catch {
            close(descriptor)
            throw .system(error)
        }
        return try map(descriptor)
    }

    /// Takes over memory that an earlier process made. The descriptor is closed with the memory, or if this throws.
    static func adopt(_ descriptor: CInt) throws(Fault) -> CounterMemory {
        var status = stat()
        let isFile = unsafe fstat(descriptor, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
        guard isFile, status.st_size == Counters.byteCount, CLinuxIsSizeSealed(descriptor) == 1 else {
            close(descriptor)
            throw .foreign
        }
        return try map(descriptor)
    }

    private static func map(_ descriptor: CInt) throws(Fault) -> CounterMemory {
        let base = unsafe mmap(nil, Counters.byteCount, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0)
        let code = errno
        guard let base = unsafe base, unsafe base != MAP_FAILED else {
            close(descriptor)
            throw .system(SystemError(call: "mmap", code: code))
        }
        let bytes = unsafe UnsafeMutableRawBufferPointer(start: base, count: Counters.byteCount)
        return unsafe CounterMemory(descriptor: descriptor, bytes: bytes.bindMemory(to: UInt8.self))
    }

    private init(descriptor: CInt, bytes: UnsafeMutableBufferPointer<UInt8>) {
        self.descriptor = descriptor
        unsafe self.bytes = bytes
    }

    deinit {
        unsafe munmap(bytes.baseAddress, bytes.count)
        close(descriptor)
    }

    /// Reads counters.
    ///
    /// - Throws: `Counters.ReadingError` if the memory is not what `write` writes.
    func read(at now: Int64) throws(Counters.ReadingError) -> Counters {
        try Counters(reading: unsafe bytes.span, at: now)
    }

    mutating func write(_ counters: inout Counters) {
        var area = unsafe bytes.mutableSpan
        counters.writeChanges(to: &area)
    }
}

extension CounterMemory.Fault {
    var message: String {
        switch self {
        case .foreign: "the descriptor is none that stampd made"
        case .system(let error): error.message
        }
    }
}
