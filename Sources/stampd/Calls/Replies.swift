// SPDX-License-Identifier: Apache-2.0
import SignerCore
import Varlink

extension JSONWriter {
    /// Writes the reply `{"session": …}`.
    mutating func reply(at now: BootInstant, session: Session) {
        reply { reply in
            reply.name("session")
            reply.session(session, at: now)
        }
    }

    /// Writes the interface's type Session.
    mutating func session(_ session: Session, at now: BootInstant) {
        object { members in
            members.member("name", session.name.description)
            members.member("publicKey", session.publicKey.description)
            if let claim = session.organizationId { members.member("organizationId", utf8: claim.utf8.span) }
            if let claim = session.userId { members.member("userId", utf8: claim.utf8.span) }
            members.member("origin", session.origin.name.rawValue)
            members.member("expiresInMilliseconds", now.milliseconds(until: session.deadline))
        }
    }
}

extension Frame.PublishedKey {
    /// Writes the parameters of the replies that publish the embedded key.
    func write(to writer: inout JSONWriter) {
        writer.member("publicKey", Hex.text(publicKey))
        writer.member("expiresInMilliseconds", expiresInMilliseconds)
    }
}

extension Session.Origin {
    fileprivate var name: SessionOrigin {
        switch self {
        case .bundle: .bundle
        case .generated: .generated
        }
    }
}

/// Runs a call of the frame, and converts its error to the reply's.
func replying<Result>(_ body: () throws(FrameError) -> Result) throws(ErrorReply) -> Result {
    do throws(FrameError) { return try body() } catch { throw error.reply }
}

extension FrameError {
    /// The error of the interface that stands for this one.
    var reply: ErrorReply {
        switch self {
        case .noEmbeddedKey: .noEmbeddedKey
        case .noSession(let name): .noSession(session: name.description)
        case .sessionExpired(let name): .sessionExpired(session: name.description)
        case .publicKeyMismatch(let key): .publicKeyMismatch(publicKey: key.description)
        case .locked: .locked
        case .tooManySessions(let limit, let milliseconds):
            .tooManySessions(limit: Int64(limit), retryAfterMilliseconds: milliseconds)
        case .invalidBundle(let error): .invalidBundle(reason: error.fault, message: error.message)
        case .unknownSessionKey(let key): .unknownSessionKey(publicKey: key.description)
        case .invalidExpiration: .invalidParameter(.expirationSeconds)
        // The caller did not cause this and cannot correct it. The interface has no other error for it.
        case .crypto: .denied(rule: "libcrypto")
        // Does not happen: the card was found just before the call.
        case .noCard: .parcelRefused(reason: .otherCard)
        }
    }
}

extension BundleError {
    var fault: BundleFault {
        switch self {
        case .encoding: .encoding
        case .checksum: .checksum
        case .length: .length
        case .point: .point
        case .decryption: .decryption
        case .scalar: .scalar
        }
    }

    /// What was wrong, and what to do. It repeats nothing of the bundle.
    var message: String {
        switch self {
        case .encoding: "the bundle is neither base58check nor unpadded base64url: copy it whole, without spaces"
        case .checksum: "the bundle's base58check checksum does not hold: it was changed or cut; copy it again"
        case .length:
            "the bundle is not \(CredentialBundle.byteCount) bytes long: it was cut, or is no credential bundle"
        case .point: "the bundle's encapsulated key is no point of P-256: it was changed; ask for a new one"
        case .decryption:
            "the bundle was sealed to another embedded key, or changed: ask for a new one for this frame's key"
        case .scalar: "the bundle holds no P-256 private key: the program that sealed it is at fault; ask for a new one"
        }
    }
}
