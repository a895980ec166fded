// SPDX-License-Identifier: Apache-2.0
import CLinux
import Glibc

/// The bytes received from one peer, appended at the end and taken from the front.
@safe struct InputBuffer: ~Copyable {
    private var storage: UnsafeMutableRawBufferPointer
    private(set) var byteCount = 0

    init() { unsafe storage = UnsafeMutableRawBufferPointer(start: nil, count: 0) }

    deinit { unsafe storage.deallocate() }

    enum Received {
        case bytes(Int)
        /// The peer sends no more.
        case end
        /// Nothing has come.
        case nothing
        case failed(errno: Int32)
    }

    /// How much memory it uses, filled or not.
    var capacity: Int { unsafe storage.count }

    /// Returns how much memory it will use with `count` more bytes. It doubles, so that a message that comes in pieces
    /// is moved a bounded number of times.
    func capacity(toReceive count: Int, maximumByteCount: Int) -> Int {
        let needed = byteCount + count
        return needed <= capacity ? capacity : max(needed, min(capacity * 2, maximumByteCount))
    }

    /// Receives at most `limit` bytes by recv(2), without waiting.
    ///
    /// Memory never grows beyond `maximumByteCount`.
    mutating func receive(from descriptor: CInt, limit: Int, maximumByteCount: Int) -> Received {
        reserve(limit, maximumByteCount: maximumByteCount)
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

    /// The bytes received and not removed.
    var bytes: Span<UInt8> {
        @_lifetime(borrow self)
        borrowing get {
            let pointer = unsafe UnsafeRawBufferPointer(start: storage.baseAddress, count: byteCount)
            let span = unsafe Span<UInt8>(_bytes: RawSpan(_unsafeBytes: pointer))
            return unsafe _overrideLifetime(span, borrowing: self)
        }
    }

    /// Removes the first `count` bytes. Frees memory that a long message needed, even if something came behind it.
    mutating func removeFirst(_ count: Int) {
        guard count > 0 else { return }
        byteCount -= count
        if unsafe storage.count > 2 * ConnectionLimits.readByteCount {
            moveToNewStorage(from: count)
        } else if byteCount > 0, let base = unsafe storage.baseAddress {
            unsafe base.copyMemory(from: base + count, byteCount: byteCount)
        }
    }

    /// Frees memory that a long message needed while it came.
    mutating func trim() {
        if unsafe storage.count > max(byteCount, 2 * ConnectionLimits.readByteCount) { moveToNewStorage(from: 0) }
    }

    private mutating func moveToNewStorage(from offset: Int) {
        let smaller = UnsafeMutableRawBufferPointer.allocate(byteCount: byteCount, alignment: 16)
        let rest = unsafe UnsafeRawBufferPointer(rebasing: storage[offset..<offset + byteCount])
        unsafe smaller.copyMemory(from: rest)
        unsafe storage.deallocate()
        unsafe storage = smaller
    }

    private mutating func reserve(_ count: Int, maximumByteCount: Int) {
        let needed = capacity(toReceive: count, maximumByteCount: maximumByteCount)
        guard needed > capacity else { return }
        let larger = UnsafeMutableRawBufferPointer.allocate(byteCount: needed, alignment: 16)
        if byteCount > 0 {
            unsafe larger.copyMemory(from: UnsafeRawBufferPointer(start: storage.baseAddress, count: byteCount))
        }
        unsafe storage.deallocate()
        unsafe storage = larger
    }
}
