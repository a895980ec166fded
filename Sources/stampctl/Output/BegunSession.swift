// SPDX-License-Identifier: Apache-2.0
import LoginPage
import StampClient
import TurnkeyClient

/// A session that has begun, as it is shown.
struct BegunSession: Renderable {
    let name: String
    let publicKey: String
    let fingerprint: String?
    let organizationId: String
    let userId: String
    let origin: Session.Origin
    let expiresInMilliseconds: Int

    init(_ session: TurnkeySession) {
        name = session.name
        publicKey = session.publicKey
        fingerprint = KeyFingerprint(publicKey: session.publicKey)?.text
        organizationId = session.organizationId
        userId = session.userId
        origin = session.origin
        expiresInMilliseconds = session.expiry.remainingMilliseconds
    }

    var lines: [String] {
        makeTable([
            ("session", name), ("public key", publicKey), ("fingerprint", fingerprint),
            ("organization", organizationId), ("user", userId), ("origin", origin.rawValue),
            ("expires in", makeDurationText(milliseconds: expiresInMilliseconds)),
        ])
    }
}

extension SessionSummary: Renderable {
    var lines: [String] {
        makeTable([
            ("session", isSelected ? "\(name) (selected)" : name), ("public key", publicKey),
            ("organization", organizationId), ("user", userId), ("origin", origin.rawValue),
            ("state", state == .alive ? nil : state.rawValue),
            ("expires in", state == .over ? nil : makeDurationText(milliseconds: expiresInMilliseconds)),
        ])
    }
}
