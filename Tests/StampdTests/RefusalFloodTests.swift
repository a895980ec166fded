// SPDX-License-Identifier: Apache-2.0
import Foundation
import SignerCore
import Testing

@testable import stampd

@Suite("refusals of many users")
struct RefusalFloodTests {
    @Test("counts that find no room are counted on, and told a second later")
    func postponed() {
        var windows = RefusalWindows()
        windows.rate = RefusalRate(maximumLines: 1, windowSeconds: 10)
        for uid in UInt32(0)..<300 { for _ in 0..<3 { _ = windows.admits(.user(uid), at: 100, isRoom: true) } }
        #expect(windows.reportTime.seconds == 110)
        var told: [Account?: Int] = [:]
        func tell(at seconds: Int64, atMost limit: Int) {
            let before = told.count
            windows.takeLeftOut(
                at: seconds,
                while: { told.count - before < limit },
                tell: { told[$0, default: 0] += $1 }
            )
        }
        tell(at: 110, atMost: 5)
        #expect(told == Dictionary(uniqueKeysWithValues: (0..<5).map { (.user($0), 2) }))
        #expect(windows.reportTime.seconds == 111)
        tell(at: 111, atMost: 0)
        #expect(told.count == 5 && windows.reportTime.seconds == 112)
        tell(at: 112, atMost: 1000)
        #expect(told.count == 257 && windows.reportTime == .never)
        // The users without a window of their own share one, and one line in it.
        #expect(told[nil] == 44 * 3 - 1)
    }

    @Test("neither they nor their counts take a stamp's place while nobody reads the journal")
    func stalled() throws {
        let path = "\(FileManager.default.temporaryDirectory.path)/journal-\(UUID().uuidString)"
        let journal = try Self.listen(at: path)
        defer {
            close(journal)
            unlink(path)
        }
        let loop = try EventLoop()
        let audit = try Audit(loop, path: path, limits: AuditLimits(maximumWaitingRecords: 16))
        var flooded = 0
        for round in Int64(0)..<10 {
            let now = BootInstant(nanoseconds: 0).adding(seconds: 1000 + 20 * round)
            for uid in UInt32(1)...300 {
                let call = CallContext(
                    peer: Peer(uid: uid, gid: 0, pid: 1),
                    socket: SocketIdentity(kind: .stamp, name: "stamp"),
                    start: now
                )
                audit.writeRefusal(of: call, rule: "Denied.peer") { _ in }
                flooded += 1
            }
            audit.keepTime(at: now.adding(seconds: 15))
            #expect(audit.nextTime > now.adding(seconds: 15))
        }
        for _ in 0..<8 { audit.write(.stamp, of: nil) { _ in } }
        #expect(audit.lostCount == 0)
        var told = 0
        var buffer = [UInt8](repeating: 0, count: 4096)
        for round in Int64(0)..<200 {
            while case let count = recv(journal, &buffer, buffer.count, CInt(MSG_DONTWAIT)), count > 0 {
                let record = String(decoding: buffer[..<count], as: UTF8.self)
                let lines = record.split(separator: "\n")
                if lines.contains("STAMPD_EVENT=refusal") { told += 1 }
                let leftOut = lines.first { $0.hasPrefix("STAMPD_LEFT_OUT=") }
                told += leftOut.flatMap { Int($0.dropFirst("STAMPD_LEFT_OUT=".count)) } ?? 0
            }
            audit.drain()
            audit.keepTime(at: BootInstant(nanoseconds: 0).adding(seconds: 2000 + round))
        }
        #expect(told == flooded)
        #expect(audit.lostCount == 0)
    }

    static func listen(at path: String) throws -> CInt {
        let descriptor = socket(AF_UNIX, CInt(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
        let size = socklen_t(MemoryLayout<sockaddr_un>.size)
        let result = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(descriptor, $0, size) }
        }
        guard result == 0 else { throw POSIXError(.EADDRINUSE) }
        return descriptor
    }
}
