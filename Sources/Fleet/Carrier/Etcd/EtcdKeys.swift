// SPDX-License-Identifier: Apache-2.0

/// The keys of one fleet: `/stampd/FLEET/cards/FRAME`, and `parcels` and `receipts` in place of `cards`.
struct EtcdKeys: Sendable {
    enum Kind: String, CaseIterable, Sendable {
        case cards
        case parcels
        case receipts
    }

    let fleet: FleetName

    func key(_ kind: Kind, _ frame: FrameID) -> String { prefix(kind) + frame.description }

    func prefix(_ kind: Kind) -> String { "/stampd/\(fleet)/\(kind.rawValue)/" }

    /// The first key after all keys with the prefix: `0` follows `/`.
    func end(_ kind: Kind) -> String { "/stampd/\(fleet)/\(kind.rawValue)0" }

    /// Returns the frame in a key; `nil` where the key is none of a document of this kind.
    func frame(_ kind: Kind, of key: [UInt8]) -> FrameID? {
        let prefix = Array(prefix(kind).utf8)
        guard key.starts(with: prefix), let name = String(validating: key[prefix.count...], as: UTF8.self) else {
            return nil
        }
        return FrameID(name)
    }

    /// Makes a document of a pair; `bytes` replace the pair's value.
    ///
    /// - Returns: `nil` where the key is none of a document of this kind.
    func makeDocument(_ pair: EtcdPair, _ kind: Kind, bytes: [UInt8]? = nil) -> CarriedDocument? {
        guard let frame = frame(kind, of: pair.key.value) else { return nil }
        return CarriedDocument(
            frame: frame,
            bytes: bytes ?? CarriedDocument.cut(pair.value?.value ?? []),
            version: "\(pair.modRevision.value)"
        )
    }
}
