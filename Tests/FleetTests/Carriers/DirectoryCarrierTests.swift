// SPDX-License-Identifier: Apache-2.0
import EtcdProcess
import Foundation
import Testing

@testable import Fleet

/// What is a directory's own: who else writes there, and what else lies there.
@Suite("a directory as a carrier", .timeLimit(.minutes(15)))
struct DirectoryCarrierTests {
    private let path: String
    private let carrier: any Carrier
    private let frame = CarrierStage.first
    private var answers: String { "\(path)/answers/f1" }

    init() throws {
        path = try makeDirectory()
        carrier = try CarrierPlace("dir:\(path)").makeCarrier(CarrierStage.fleet, CarrierAccess())
    }

    @Test("hands out a parcel whose directories are made later, are moved away, and made again")
    func replaced() async throws {
        let handed = Handed<[UInt8]>()
        let watch = Task { try await carrier.watchParcels(for: frame) { handed.add($0) } }
        defer { watch.cancel() }
        for text in ["first", "second", "third"] {
            let files = FileManager.default
            if text == "second" { try files.moveItem(atPath: answers, toPath: "\(path)/away") }
            if text == "third" { try files.removeItem(atPath: "\(path)/answers") }
            try files.createDirectory(atPath: answers, withIntermediateDirectories: true)
            // As cp(1) does: not by rename.
            try Data(text.utf8).write(to: URL(filePath: "\(answers)/parcel"))
            var last: [UInt8]?
            repeat { last = await handed.next() } while last != nil && last != bytes(text)
            #expect(last == bytes(text))
        }
    }

    @Test(
        "follows no link and opens no pipe",
        arguments: ["link", "pipe", "directory", "link to the frame's directory"]
    )
    func noFiles(kind: String) async throws {
        let files = FileManager.default
        try files.createDirectory(atPath: "\(path)/asks/f1", withIntermediateDirectories: true)
        try files.createDirectory(atPath: "\(path)/elsewhere", withIntermediateDirectories: true)
        try Data("secret".utf8).write(to: URL(filePath: "\(path)/elsewhere/parcel"))
        try Data("secret".utf8).write(to: URL(filePath: "\(path)/elsewhere/card"))
        for (directory, name) in [("\(path)/asks/f1", "card"), (answers, "parcel")] {
            try? files.removeItem(atPath: directory)
            let isLinked = kind == "link to the frame's directory"
            try files.createDirectory(
                atPath: isLinked ? (directory as NSString).deletingLastPathComponent : directory,
                withIntermediateDirectories: true
            )
            switch kind {
            case "link": symlink("\(path)/elsewhere/\(name)", "\(directory)/\(name)")
            case "pipe": mkfifo("\(directory)/\(name)", 0o666)
            case "directory": mkdir("\(directory)/\(name)", 0o755)
            default: symlink("\(path)/elsewhere", directory)
            }
        }
        try await carrier.publishCard(bytes("other"), of: CarrierStage.second, timeToLive: .seconds(60))
        #expect(try await carrier.cards().map(\.frame) == [CarrierStage.second], "one host's doing hides nobody else")
        let fault = await #expect(throws: CarrierFault.self) {
            try await carrier.watchParcels(for: frame) { _ in Issue.record("it was handed out") }
        }
        guard case .protocolViolation = fault else {
            Issue.record("\(String(describing: fault))")
            return
        }
    }

    @Test("publishes for everyone to read, whatever the umask, and over what a killed writer left")
    func modes() async throws {
        try await carrier.publishReceipt(bytes("one"), of: frame)
        try Data("half".utf8).write(to: URL(filePath: "\(path)/asks/f1/.card.new"))
        try await carrier.publishCard(bytes("card"), of: frame, timeToLive: .seconds(60))
        let names = try FileManager.default.contentsOfDirectory(atPath: "\(path)/asks/f1").sorted()
        #expect(names == [".lock", "card", "receipt"])
        let lock = try FileManager.default.attributesOfItem(atPath: "\(path)/asks/f1/.lock")
        #expect(lock[.posixPermissions] as? Int == 0o600, "no other user can open it, and so hold it")
        for name in ["asks", "asks/f1", "asks/f1/card", "asks/f1/receipt"] {
            let mode = try FileManager.default.attributesOfItem(atPath: "\(path)/\(name)")[.posixPermissions] as? Int
            #expect(mode == (name.hasSuffix("card") || name.hasSuffix("receipt") ? 0o644 : 0o755), "\(name)")
        }
    }

    @Test("a program that can read the directories cannot hold up a courier or an approver by locking them")
    func lockedByReader() async throws {
        try await carrier.publishCard(bytes("card"), of: frame, timeToLive: .seconds(60))
        let card = try #require(try await carrier.cards().first)
        #expect(try await carrier.publishParcel(bytes("parcel"), answering: card))
        let held = try ["\(path)/asks/f1", answers].map { directory in
            let descriptor = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
            try #require(descriptor >= 0 && flock(descriptor, LOCK_EX | LOCK_NB) == 0)
            return descriptor
        }
        defer { for descriptor in held { close(descriptor) } }
        try await carrier.publishReceipt(bytes("receipt"), of: frame)
        #expect(try await carrier.publishParcel(bytes("another"), answering: card))
    }

    @Test("a program that holds the lock for longer than a publication takes is said, and how to find it")
    func busy() async throws {
        try await carrier.publishCard(bytes("card"), of: frame, timeToLive: .seconds(60))
        let lock = open("\(path)/asks/f1/.lock", O_RDWR | O_CLOEXEC)
        try #require(lock >= 0 && flock(lock, LOCK_EX | LOCK_NB) == 0)
        let fault = await #expect(throws: CarrierFault.self) {
            try await carrier.publishReceipt(bytes("receipt"), of: frame)
        }
        let message = fault?.message ?? ""
        for words in ["\(path)/asks/f1/.lock", "not known", "fuser(1)"] { #expect(message.contains(words)) }
        close(lock)
        try await carrier.publishReceipt(bytes("receipt"), of: frame)
    }

    @Test("what lies in the lock's place and is no file is said", arguments: ["link", "pipe"])
    func noLock(kind: String) async throws {
        try FileManager.default.createDirectory(atPath: "\(path)/asks/f1", withIntermediateDirectories: true)
        if kind == "link" {
            symlink("\(path)/elsewhere", "\(path)/asks/f1/.lock")
        } else {
            mkfifo("\(path)/asks/f1/.lock", 0o600)
        }
        let fault = await #expect(throws: CarrierFault.self) {
            try await carrier.publishCard(bytes("card"), of: frame, timeToLive: .seconds(60))
        }
        guard case .protocolViolation = fault else {
            Issue.record("\(String(describing: fault))")
            return
        }
        #expect(!FileManager.default.fileExists(atPath: "\(path)/elsewhere"))
    }

    @Test("says which directory is not there")
    func missing() async throws {
        let gone = try CarrierPlace("dir:\(path)/gone").makeCarrier(CarrierStage.fleet, CarrierAccess())
        let fault = await #expect(throws: CarrierFault.self) { try await gone.cards() }
        #expect(fault?.message.contains("\(path)/gone") ?? false)
        await #expect(throws: CarrierFault.self) { try await gone.publishReceipt([1], of: frame) }
    }

    @Test("takes no user: the files' owners decide")
    func users() throws {
        let user = CarrierAccess.User(name: "a", password: "b")
        #expect(throws: CarrierFault.self) {
            try CarrierPlace("dir:\(path)").makeCarrier(CarrierStage.fleet, CarrierAccess(user: user))
        }
    }

    @Test("events of inotify are told by their names, wherever one ends")
    func events() {
        func event(_ name: String, padded length: Int) -> [UInt8] {
            let header: [UInt8] = [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, UInt8(length), 0, 0, 0]
            return header + Array(name.utf8) + [UInt8](repeating: 0, count: length - name.utf8.count)
        }
        let all = event("parcel", padded: 16) + event("", padded: 0) + event("f1", padded: 16)
        #expect(InotifyEvents.names(all[...]) == ["parcel", nil, "f1"])
        #expect(InotifyEvents.names(all.dropLast(20)[...]) == ["parcel", nil])
    }
}
