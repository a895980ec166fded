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
            ("audit chain", auditChain),
        ])
    }
}

extension Session: Tabular {
    var rows: [Row] {
        [
            ("session", name), ("public key", publicKey), ("organization", organizationId), ("user", userId),
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
        return [[kind.rawValue, session, publicKey, confirmationId, left].compactMap(\.self).joined(separator: " ")]
    }
}

/// That a command without a result did what it says; people are told by its silence.
struct Done: Renderable {
    let done = true
    var lines: [String] { [] }
}

/// The public half of a key that waits to be activated.
struct SessionKey: Renderable {
    let publicKey: String
    var lines: [String] { [publicKey] }
}
