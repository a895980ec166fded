// SPDX-License-Identifier: Apache-2.0
import CLinux
import Glibc

/// Bytes of one peer, as they came: received at the end, taken from the front.
@safe struct InputBuffer: ~Copyable {
    private var storage: UnsafeMutableRawBufferPointer
    private(set) var byteCount = 0

    init() { unsafe storage = UnsafeMutableRawBufferPointer(start: nil, count: 0) }

    deinit { unsafe storage.deallocate() }

    enum Received {
        case bytes(Int)
        /// The peer sends no more.
        case end
        /// Nothing for now.
        case nothing
        case failed(errno: Int32)
    }

    /// recv(2), at most `limit` bytes, without waiting.
    mutating func receive(from descriptor: CInt, limit: Int) -> Received {
        reserve(limit)
        guard let base = unsafe storage.baseAddress else { return .failed(errno: ENOMEM) }
        let result = unsafe recv(descriptor, base + byteCount, limit, CLinuxDontWait)
        let code = errno
        switch result {
        case 0: return .end
        case 1...:
            byteCount += result
            return .bytes(result)
        default: return code == EAGAIN || code == EINTR ? .nothing : .failed(errno: code)
        }
    }

    /// The bytes that wait.
    var bytes: Span<UInt8> {
        @_lifetime(borrow self)
        borrowing get {
            let pointer = unsafe UnsafeRawBufferPointer(start: storage.baseAddress, count: byteCount)
            let span = unsafe Span<UInt8>(_bytes: RawSpan(_unsafeBytes: pointer))
            return unsafe _overrideLifetime(span, borrowing: self)
        }
    }

    /// Drops the first `count` bytes. Memory that a long frame took is given back, also where something came behind it;
    /// an emptied buffer keeps hardly any.
    mutating func removeFirst(_ count: Int) {
        guard count > 0 else { return }
        byteCount -= count
        let keptByteCount = byteCount == 0 ? Self.keptByteCount : 2 * ConnectionLimits.readByteCount
        if unsafe storage.count > keptByteCount {
            moveToNewStorage(from: count)
        } else if byteCount > 0, let base = unsafe storage.baseAddress {
            unsafe base.copyMemory(from: base + count, byteCount: byteCount)
        }
    }

    private static let keptByteCount = 4 * 1024

    private mutating func moveToNewStorage(from offset: Int) {
        let smaller = UnsafeMutableRawBufferPointer.allocate(byteCount: byteCount, alignment: 16)
        let rest = unsafe UnsafeRawBufferPointer(rebasing: storage[offset..<offset + byteCount])
        unsafe smaller.copyMemory(from: rest)
        unsafe storage.deallocate()
        unsafe storage = smaller
    }

    /// Doubles, so that a frame that comes in pieces is moved a bounded number of times.
    private mutating func reserve(_ count: Int) {
        let needed = byteCount + count
        guard needed > (unsafe storage.count) else { return }
        let capacity = max(needed, unsafe storage.count * 2)
        let larger = UnsafeMutableRawBufferPointer.allocate(byteCount: capacity, alignment: 16)
        if byteCount > 0 {
            unsafe larger.copyMemory(from: UnsafeRawBufferPointer(start: storage.baseAddress, count: byteCount))
        }
        unsafe storage.deallocate()
        unsafe storage = larger
    }
}
