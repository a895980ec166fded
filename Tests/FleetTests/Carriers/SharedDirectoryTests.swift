// SPDX-License-Identifier: Apache-2.0
import EtcdProcess
import Foundation
import Glibc
import Testing

@testable import Fleet

@Suite("a directory that couriers and an approver share", .timeLimit(.minutes(15)))
struct SharedDirectoryTests {
    /// Runs each job with the rights of another user to files, where this process is root's.
    private final class OtherUser: TaskExecutor {
        static let uid = uid_t(65_534)
        private let queue = DispatchQueue(label: "other user")

        func enqueue(_ job: consuming ExecutorJob) {
            let job = UnownedJob(job)
            queue.async {
                Self.become(Self.uid)
                job.runSynchronously(on: self.asUnownedTaskExecutor())
                Self.become(0)
            }
        }

        /// setfsuid(2), which is for one thread.
        private static func become(_ uid: uid_t) {
            guard geteuid() == 0, let symbol = dlsym(nil, "setfsuid") else { return }
            _ = unsafeBitCast(symbol, to: (@convention(c) (uid_t) -> CInt).self)(uid)
        }
    }

    /// A carrier with a card and a parcel; the approver is another user than the courier, or the courier's directory is closed.
    private func makeShared() async throws -> (path: String, carrier: any Carrier) {
        let path = try makeDirectory()
        let carrier = try CarrierPlace("dir:\(path)").makeCarrier(CarrierStage.fleet, CarrierAccess())
        try await carrier.publishCard(bytes("card"), of: CarrierStage.first, timeToLive: .seconds(60))
        let card = try #require(try await carrier.cards().first)
        #expect(try await carrier.publishParcel(bytes("parcel"), answering: card))
        chmod(path, 0o755)
        chmod("\(path)/asks/f1", 0o555)
        return (path, carrier)
    }

    private func removeAsOtherUser(_ carrier: any Carrier) async throws {
        try await Task(executorPreference: OtherUser()) {
            try await carrier.removeDocuments(of: CarrierStage.first)
        }.value
    }

    @Test("the approver removes the parcel, and leaves what is the courier's")
    func removal() async throws {
        let (path, carrier) = try await makeShared()
        defer { try? FileManager.default.removeItem(atPath: path) }
        if geteuid() == 0 { chown("\(path)/answers/f1", OtherUser.uid, OtherUser.uid) }
        try await removeAsOtherUser(carrier)
        #expect(try FileManager.default.contentsOfDirectory(atPath: "\(path)/answers/f1") == [".lock"])
        #expect(try await carrier.cards().map(\.bytes) == [bytes("card")])
        chmod("\(path)/asks/f1", 0o755)
    }

    @Test("a parcel that is another user's is not removed, and that is said")
    func othersParcel() async throws {
        let (path, carrier) = try await makeShared()
        defer { try? FileManager.default.removeItem(atPath: path) }
        chmod("\(path)/answers/f1", 0o555)
        let fault = await #expect(throws: CarrierFault.self) { try await removeAsOtherUser(carrier) }
        #expect(fault.isDenied)
        for name in ["asks", "answers"] { chmod("\(path)/\(name)/f1", 0o755) }
    }
}
