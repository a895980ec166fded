// SPDX-License-Identifier: Apache-2.0
import Glibc

extension PeerUnit {
    /// Whether /proc exists and uses this process's pid namespace; otherwise it would tell about other processes.
    static func isTold() -> Bool {
        var target = [CChar](repeating: 0, count: 16)
        let count = unsafe readlink("/proc/self", &target, target.count)
        guard count > 0 else { return false }
        return target[..<count].map { UInt8(bitPattern: $0) }.elementsEqual("\(getpid())".utf8)
    }

    /// More than systemd writes. A longer text is not read to its end, and tells nothing.
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
    /// Looks the unit up while the process certainly still has its id.
    mutating func readUnit(of process: PeerProcess?) {
        guard let process, process.isCertain, let text = PeerUnit.readText("/proc/\(pid)/cgroup") else { return }
        // The process still ran after the look-up, so what was read is about it.
        if !process.hasEnded { unit = PeerUnit(cgroup: text) }
    }
}
