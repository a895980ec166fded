// SPDX-License-Identifier: Apache-2.0
import LoginPage
import StampClient
import TurnkeyClient

/// A session that has begun, as it is printed.
struct BegunSession: Renderable {
    let name: SessionName
    let publicKey: PublicKey
    let fingerprint: String?
    let organizationId: String
    let userId: String
    let origin: Session.Origin
    let expiresInMilliseconds: Int

    init(_ session: TurnkeySession) {
        name = session.name
        publicKey = session.publicKey
        fingerprint = KeyFingerprint(publicKey: session.publicKey.text)?.text
        organizationId = session.organizationId
        userId = session.userId
        origin = session.origin
        expiresInMilliseconds = session.expiry.remainingMilliseconds
    }

    var lines: [String] {
        makeTable([
            ("session", name.text), ("public key", publicKey.text), ("fingerprint", fingerprint),
            ("organization", organizationId), ("user", userId), ("origin", origin.rawValue),
            ("expires in", makeDurationText(milliseconds: expiresInMilliseconds)),
        ])
    }
}

extension SessionSummary: Renderable {
    var lines: [String] {
        makeTable([
            ("session", isSelected ? "\(name) (selected)" : name.text), ("public key", publicKey.text),
            ("organization", organizationId), ("user", userId), ("origin", origin.rawValue),
            ("state", state == .alive ? nil : state.rawValue),
            ("expires in", state == .over ? nil : makeDurationText(milliseconds: expiresInMilliseconds)),
        ])
    }
}
