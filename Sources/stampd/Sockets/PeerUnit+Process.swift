// SPDX-License-Identifier: Apache-2.0
import Glibc

extension PeerUnit {
    /// Whether /proc is there and numbers processes as the kernel does for this one: else it would tell of others.
    static func isTold() -> Bool {
        var target = [CChar](repeating: 0, count: 16)
        let count = unsafe readlink("/proc/self", &target, target.count)
        guard count > 0 else { return false }
        return target[..<count].map { UInt8(bitPattern: $0) }.elementsEqual("\(getpid())".utf8)
    }

    /// More than what systemd makes; a longer text has no end, and tells nothing.
    private static let maximumTextByteCount = 8192

    fileprivate static func readText(_ path: String) -> [UInt8]? {
        let file = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { return nil }
        defer { close(file) }
        return unsafe [UInt8](unsafeUninitializedCapacity: maximumTextByteCount) { buffer, count in
            unsafe count = max(0, Glibc.read(file, buffer.baseAddress, buffer.count))
        }
    }
}

extension Peer {
    /// Looks its unit up, while its process certainly has its number.
    mutating func readUnit(of process: PeerProcess?) {
        guard let process, process.isCertain, let text = PeerUnit.readText("/proc/\(pid)/cgroup") else { return }
        // It ran while its number was looked up: what was read is of no other.
        if !process.hasEnded { unit = PeerUnit(cgroup: text) }
    }
}
