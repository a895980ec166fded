// SPDX-License-Identifier: Apache-2.0
import StampClient

extension Status: Renderable {
    var lines: [String] {
        makeTable([
            ("version", version), ("up", makeDurationText(milliseconds: uptimeMilliseconds)),
            ("locked", locked ? "yes" : "no"), ("embedded key", embeddedPublicKey ?? "none"),
            ("sessions", "\(sessions)"), ("connections", "\(connections)"), ("stamped", "\(stamped)"),
            ("denied", "\(denied)"), ("failed", "\(failed)"), ("audit lost", "\(auditLost)"),
            ("waiting", waiting.map { "\($0)" }), ("audit record", auditSequence.map { "\($0)" }),
            ("audit chain", auditChain), ("parcels", parcels),
        ])
    }
}

extension Status {
    /// Of a frame that has got any: `3 taken, 1 tooLate, 2 otherCard`.
    private var parcels: String? {
        let counts = [("taken", delivered ?? 0)] + (refusedParcels ?? []).map { ($0.reason, $0.count) }
        guard counts.contains(where: { $0.1 != 0 }) else { return nil }
        return counts.map { "\($0.1) \($0.0)" }.joined(separator: ", ")
    }
}

extension Session: Tabular {
    var rows: [Row] {
        [
            ("session", name.text), ("public key", publicKey.text), ("organization", organizationId), ("user", userId),
            ("origin", origin.rawValue), ("expires in", makeDurationText(milliseconds: expiresInMilliseconds)),
        ]
    }
}

extension EmbeddedPublicKey: Tabular {
    var rows: [Row] {
        [("public key", publicKey), ("expires in", makeDurationText(milliseconds: expiresInMilliseconds))]
    }
}

extension Stamp: Renderable {
    var lines: [String] { ["\(stampHeaderName): \(stampHeaderValue)"] }
}

extension Event: Renderable {
    var lines: [String] {
        let left = expiresInMilliseconds.map { makeDurationText(milliseconds: $0) }
        let key = publicKey?.text ?? embeddedPublicKey
        return [[kind.rawValue, session?.text, key, confirmationId, left].compactMap(\.self).joined(separator: " ")]
    }
}

/// The result of a command that has none. For people it prints nothing.
struct Done: Renderable {
    let done = true
    var lines: [String] { [] }
}

/// The public half of a key that waits for its activation.
struct SessionKey: Renderable {
    let publicKey: PublicKey
    var lines: [String] { [publicKey.text] }
}
