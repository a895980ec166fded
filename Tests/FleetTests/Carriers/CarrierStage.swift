// SPDX-License-Identifier: Apache-2.0
import EtcdProcess
import Foundation
import Synchronization
import Testing

@testable import Fleet

extension Trait where Self == ConditionTrait {
    static var etcd: Self { .enabled(if: EtcdServer.isInstalled, "no etcd: make deps") }
}

/// The carriers that there are, and what a fleet needs of each.
enum CarrierKind: String, CaseIterable, Sendable, CustomTestStringConvertible {
    case etcd
    case etcdWithUsersOverTLS
    case directory

    var testDescription: String { rawValue }
}

/// One carrier with a fleet of some frames.
final class CarrierStage: Sendable {
    static let fleet = FleetName("web")
    static let first = FrameID("f1")
    static let second = FrameID("f2")

    let kind: CarrierKind
    let server: EtcdServer?
    let directory: String

    init(_ kind: CarrierKind, _ options: [String] = []) throws {
        self.kind = kind
        switch kind {
        case .etcd:
            server = try EtcdServer(nil, options)
            directory = ""
        case .etcdWithUsersOverTLS:
            let server = try EtcdServer(try TestCertificate(), ["--bcrypt-cost", "4"] + options)
            try server.enableUsers(fleet: "web", frames: ["f1", "f2"])
            self.server = server
            directory = ""
        case .directory:
            server = nil
            directory = try makeDirectory()
        }
    }

    deinit {
        if !directory.isEmpty { try? FileManager.default.removeItem(atPath: directory) }
    }

    /// What a frame's courier has.
    func courier(_ frame: FrameID = CarrierStage.first) throws -> any Carrier { try make(frame.description) }

    func approver() throws -> any Carrier { try make("approver") }

    private func make(_ user: String) throws -> any Carrier {
        let place = try CarrierPlace(server?.carrier ?? "dir:\(directory)")
        var access = CarrierAccess()
        if kind == .etcdWithUsersOverTLS {
            access = CarrierAccess(
                user: CarrierAccess.User(name: user, password: user + user),
                authorities: try server?.certificate?.read()
            )
        }
        return try place.makeCarrier(Self.fleet, access)
    }
}

/// What a watch handed out, for tests that wait for it.
final class Handed<Value: Sendable>: Sendable {
    private let values = Mutex<[Value]>([])
    private let stream: AsyncStream<Value>
    private let continuation: AsyncStream<Value>.Continuation

    init() {
        (stream, continuation) = AsyncStream.makeStream()
    }

    var all: [Value] { values.withLock { $0 } }

    func add(_ value: Value) {
        values.withLock { $0.append(value) }
        continuation.yield(value)
    }

    /// The next that was not taken yet; `nil` where none comes for two minutes.
    func next() async -> Value? {
        let timer = Task { [continuation] in
            try await Task.sleep(for: .seconds(120))
            continuation.finish()
        }
        defer { timer.cancel() }
        for await value in stream { return value }
        return nil
    }

    /// The next that is another than `last`: a watch that begins again may hand out once more what it handed out last.
    func next(after last: Value) async -> Value? where Value: Equatable {
        while let value = await next() { if value != last { return value } }
        return nil
    }
}

func bytes(_ text: String) -> [UInt8] { Array(text.utf8) }
