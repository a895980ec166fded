// SPDX-License-Identifier: Apache-2.0
import Crypto
import TurnkeyClient

/// A carrier that keeps a fleet's documents in a directory, which another program copies between machines.
///
/// The courier writes `PATH/asks/FRAME/card` and `receipt`, the approver writes `PATH/answers/FRAME/parcel`: each directory has
/// one owner. A file is published by rename(2), and names below PATH are opened without following links.
final class DirectoryCarrier: Carrier {
    private static let asks = "asks"
    private static let answers = "answers"
    private static let card = "card"
    private static let receipt = "receipt"
    private static let parcel = "parcel"
    /// The longest time between two reads of the files, since a network's file system may report no changes.
    private static let patience = Duration.seconds(60)
    /// The pause after a change, so that receipts that come one after another are read together.
    private static let gathering = Duration.milliseconds(50)

    private let path: String
    private let limits: ListLimits

    init(path: String, limits: ListLimits = ListLimits()) {
        (self.path, self.limits) = (path, limits)
    }

    func publishCard(_ envelope: [UInt8], of frame: FrameID, timeToLive: Duration) async throws(CarrierFault) {
        try publish(envelope, Self.asks, frame, Self.card)
    }

    func publishReceipt(_ receipt: [UInt8], of frame: FrameID) async throws(CarrierFault) {
        try publish(receipt, Self.asks, frame, Self.receipt)
    }

    func receipt(of frame: FrameID) async throws(CarrierFault) -> [UInt8]? {
        try open()?.enter(Self.asks)?.enter(frame.description)?.read(Self.receipt)
    }

    func watchParcels(
        for frame: FrameID,
        deliver: @escaping @Sendable ([UInt8]) async -> Void
    ) async throws(CarrierFault) {
        let places = [path, "\(path)/\(Self.answers)", "\(path)/\(Self.answers)/\(frame)"]
        let names = [Self.answers, frame.description, Self.parcel]
        var last: [UInt8]?
        while true {
            // The watches come first, so that a change between them and the read is reported.
            let changes = try DirectoryChanges(of: places) { names.contains($0) }
            let found = try open()?.enter(Self.answers)?.enter(frame.description)?.read(Self.parcel)
            if let found, found != last { await deliver(found) }
            last = found ?? last
            await changes.wait(atMost: Self.patience)
            guard !Task.isCancelled else { throw .cancelled }
        }
    }

    func cards() async throws(CarrierFault) -> [CarriedDocument] { try list(Self.card) }

    func receipts() async throws(CarrierFault) -> [CarriedDocument] { try list(Self.receipt) }

    func watchReceipts(take: @escaping @Sendable (CarriedDocument) async -> Bool) async throws(CarrierFault) {
        var last: [FrameID: String] = [:]
        while true {
            let frames = try open()?.enter(Self.asks)?.names(atMost: limits.keys) ?? []
            let places = [path, "\(path)/\(Self.asks)"] + frames.map { "\(path)/\(Self.asks)/\($0)" }
            let changes = try DirectoryChanges(of: places) { !$0.hasPrefix(".") && $0 != Self.card }
            for document in try list(Self.receipt) where last[document.frame] != document.version {
                last[document.frame] = document.version
                guard await take(document) else { return }
            }
            await changes.wait(atMost: Self.patience)
            try? await Task.sleep(for: Self.gathering)
            guard !Task.isCancelled else { throw .cancelled }
        }
    }

    func publishParcel(
        _ envelope: [UInt8],
        answering card: CarriedDocument,
        replacing isReplaceable: @Sendable ([UInt8]) -> Bool
    ) async throws(CarrierFault) -> Bool {
        let directory = try require(Self.answers, card.frame)
        return try directory.locked { () throws(CarrierFault) in
            let asked = try open()?.enter(Self.asks)?.enter(card.frame.description)?.read(Self.card)
            guard asked == card.bytes else { return false }
            let answer = try directory.read(Self.parcel)
            guard answer != envelope else { return true }
            if let answer, card.isAnswered(by: answer), !isReplaceable(answer) { return false }
            try directory.write(envelope, Self.parcel)
            return true
        }
    }

    func removeDocuments(of frame: FrameID) async throws(CarrierFault) {
        try open()?.enter(Self.answers)?.enter(frame.description)?.remove(Self.parcel)
        do throws(CarrierFault) {
            let asks = try open()?.enter(Self.asks)?.enter(frame.description)
            for name in [Self.card, Self.receipt] { try asks?.remove(name) }
        } catch .denied {
            // The courier's directory is another user's: what is in it is not this program's to remove, and starts nothing.
        }
    }

    private func publish(
        _ bytes: [UInt8],
        _ side: String,
        _ frame: FrameID,
        _ name: String
    ) throws(CarrierFault) {
        let directory = try require(side, frame)
        try directory.locked { () throws(CarrierFault) in
            guard (try? directory.read(name)) != bytes else { return }
            try directory.write(bytes, name)
        }
    }

    private func list(_ name: String) throws(CarrierFault) -> [CarriedDocument] {
        guard let asks = try open()?.enter(Self.asks) else { return [] }
        var (documents, byteCount) = ([CarriedDocument](), 0)
        for frame in try asks.names(atMost: limits.keys).compactMap({ FrameID($0) }).sorted() {
            // A name that is not a directory or a file is one host's fault, and must not hide other hosts' cards.
            guard let directory = try? asks.enter(frame.description), let bytes = try? directory.read(name) else {
                continue
            }
            byteCount += bytes.count
            guard byteCount <= limits.bytes else {
                throw .protocolViolation(detail: "a list of more than \(limits.bytes) bytes of documents")
            }
            let version = Hexadecimal.encode(SHA256.hash(data: bytes))
            documents.append(CarriedDocument(frame: frame, bytes: bytes, version: version))
        }
        return documents
    }

    private func open() throws(CarrierFault) -> OpenDirectory? { try OpenDirectory(path: path) }

    /// Returns the frame's directory, and makes it where it is missing.
    private func require(_ side: String, _ frame: FrameID) throws(CarrierFault) -> OpenDirectory {
        try OpenDirectory(path: path).require(side).require(frame.description)
    }
}
