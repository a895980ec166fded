// SPDX-License-Identifier: Apache-2.0
import KernelUser
import Printing

/// The errors of a call to a frame.
///
/// The first group mirrors `io.stampd.Stamper`, `io.stampd.Control` and `io.stampd.Delivery`, the second `org.varlink.service`; the third is
/// found on this side of the socket. The set is closed: a new case is a new version of the interface.
public enum StampError: Error, Sendable, Hashable {
    /// The frame has no embedded key.
    case noEmbeddedKey(fallback: Fallback)
    /// The frame has no session of this name.
    case noSession(session: SessionName, fallback: Fallback)
    /// The session, or the key of the bundle, has reached its deadline.
    case sessionExpired(session: SessionName, fallback: Fallback)
    /// Another key than the expected one would have stamped: `publicKey`.
    case publicKeyMismatch(publicKey: PublicKey, fallback: Fallback)
    /// The caller is not served, or may not name delegates. `rule` is `peer`, `uid`, `gid`, `unit` or `mayName`.
    case denied(rule: String, fallback: Fallback)
    /// The rules of the socket refuse the payload.
    case payloadDenied(PayloadDenial)
    /// The frame is locked.
    case locked(fallback: Fallback)
    /// The account has made more calls, or has more connections, than it may. `retryAfterMilliseconds` says when to try
    /// again, if the frame says so.
    case rateLimited(retryAfterMilliseconds: Int, fallback: Fallback)
    /// The call is longer than `limitBytes`.
    case tooLarge(limitBytes: Int, fallback: Fallback)
    /// Every place is taken. `retryAfterMilliseconds` says when one becomes free; `nil` if none will by itself, or the
    /// frame does not say.
    case tooManySessions(limit: Int, retryAfterMilliseconds: Int?, fallback: Fallback)
    /// The bundle is refused. `detail` describes the fault for people, and holds nothing of the bundle.
    case invalidBundle(reason: BundleFault, detail: String)
    /// No generated key with this public key waits for its activation.
    case unknownSessionKey(publicKey: PublicKey)
    /// No stamp waits under this id for this payload.
    case unknownConfirmation(id: String)
    /// The frame starts no session for this parcel, now or later.
    case parcelRefused(reason: ParcelFault)
    /// The frame's configuration has no `delivery`: it belongs to no fleet.
    case notConfigured

    /// The socket does not serve the interface.
    case interfaceNotFound(interface: String)
    /// The frame does not have the method.
    case methodNotFound(method: String)
    /// The frame does not implement the method.
    case methodNotImplemented(method: String)
    /// A parameter is missing, unknown, or has an invalid value.
    case invalidParameter(parameter: String)
    /// The service refuses the call.
    case permissionDenied
    /// The method answers with more than one reply, which the call must ask for.
    case expectedMore

    /// No process listens at `path`.
    case noFrame(path: String, reason: String)
    /// The file permissions of `path` do not let this process in.
    case notPermitted(path: String)
    /// The socket's path is too long (more than 107 bytes) or has a NUL byte.
    case unusablePath(path: String)
    /// The process that listens at `path` runs as a user who is neither root, nor this process's user, nor the user
    /// named; `nil` if the kernel did not tell.
    case untrustedListener(path: String, userId: UInt32?)
    /// The directory of the sockets is not safe, for `reason`.
    case untrustedDirectory(path: String, reason: DirectoryFault)
    /// The system has no thread or no descriptor for a connection. No call was sent.
    case cannotStart(reason: String, hint: String)
    /// The frame went away after the call was sent and before its answer, so the call may or may not have been carried
    /// out.
    case connectionLost(method: String)
    /// The call took longer than its deadline.
    case timedOut(method: String, after: Duration)
    /// The calling task was cancelled.
    case cancelled(method: String)
    /// The answer is not what the interface promises.
    case protocolViolation(detail: String)
}

/// What to do after an error: ask the user's passkey, try again later, or give up.
///
/// A frame sends it in the `fallback` field of its errors; an error without the field means `never`.
public enum Fallback: String, Codable, Sendable, Hashable, CaseIterable {
    /// Ask the user's passkey: there is no session, or it is over.
    case passkey
    /// Try again later: the same call can succeed then.
    case retry
    /// Give up: trying again does not help.
    case never
}

extension StampError {
    /// What to do after the error: what the frame said, and `never` if it said nothing.
    ///
    /// An error found on this side of the socket is never a reason to ask for a passkey, because a frame that is
    /// missing or slow may still hold a living session. It is `retry` if the same call can succeed later.
    public var fallback: Fallback {
        switch self {
        case .noEmbeddedKey(let fallback), .noSession(_, let fallback), .sessionExpired(_, let fallback),
            .publicKeyMismatch(_, let fallback), .denied(_, let fallback), .locked(let fallback),
            .rateLimited(_, let fallback), .tooLarge(_, let fallback), .tooManySessions(_, _, let fallback):
            fallback
        case .payloadDenied(let denial): denial.fallback
        case .noFrame, .cannotStart, .connectionLost, .timedOut:
            .retry
        case .invalidBundle, .unknownSessionKey, .unknownConfirmation, .parcelRefused, .notConfigured,
            .interfaceNotFound, .methodNotFound, .methodNotImplemented, .invalidParameter, .permissionDenied,
            .expectedMore, .notPermitted, .unusablePath,
            .untrustedListener, .untrustedDirectory, .cancelled, .protocolViolation:
            .never
        }
    }
}

extension StampError: CustomStringConvertible {
    /// The message, with unprintable characters escaped.
    public var description: String { "\(PrintableText(message))" }

    /// Says what was wrong, and with what; one line without a full stop. Never contains a payload, a bundle or a secret.
    ///
    /// It repeats text of the frame or of a file unescaped.
    public var message: String {
        switch self {
        case .noEmbeddedKey: "the frame has no embedded key"
        case .noSession(let session, _): "no session \"\(session)\""
        case .sessionExpired(let session, _): "the session \"\(session)\" has expired"
        case .publicKeyMismatch(let publicKey, _): "another key would stamp: \(publicKey)"
        case .denied(let rule, _): "refused by the rule \"\(rule)\""
        case .payloadDenied(let denial): denial.message
        case .locked: "the frame is locked"
        case .rateLimited(let milliseconds, _): "too many calls; free again in \(milliseconds) ms"
        case .tooLarge(let limit, _): "the call is larger than \(limit) bytes"
        case .tooManySessions(let limit, let milliseconds?, _):
            "the frame is full: its limit is \(limit); a place is free in \(milliseconds) ms"
        case .tooManySessions(let limit, nil, _): "the frame is full: its limit is \(limit)"
        case .invalidBundle(let reason, let detail): "invalid credential bundle (\(reason.rawValue)): \(detail)"
        case .unknownSessionKey(let publicKey): "no key waits to be activated as \(publicKey)"
        case .unknownConfirmation(let id): "no such stamp waits for a yes: \(id)"
        case .parcelRefused(let reason): "the frame refused the parcel (\(reason.rawValue)): \(reason.message)"
        case .notConfigured: "the frame is not configured for deliveries"
        case .interfaceNotFound(let interface): "the frame does not serve the interface \(interface) here"
        case .methodNotFound(let method): "the frame has no method \(method)"
        case .methodNotImplemented(let method): "the frame does not implement \(method)"
        case .invalidParameter(let parameter): "invalid parameter: \(parameter)"
        case .permissionDenied: "the frame refuses this caller"
        case .expectedMore: "the frame answers this method only with a stream"
        case .noFrame(let path, let reason): "no frame at \(path): \(reason)"
        case .cannotStart(let reason, _): "no connection can be made: \(reason)"
        case .notPermitted(let path): "not permitted to connect to \(path)"
        case .unusablePath(let path): "no path for a socket: \(path)"
        case .untrustedListener(let path, let userId?):
            "the listener of \(path) is \(KernelUser.describe(userId)) which is not trusted"
        case .untrustedListener(let path, nil): "the listener of \(path) cannot be told"
        case .untrustedDirectory(let path, let reason): "the directory \(path) \(reason.message)"
        case .connectionLost(let method): "the frame went away before it answered \(method)"
        case .timedOut(let method, let limit): "no answer to \(method) within \(limit)"
        case .cancelled(let method): "\(method) was cancelled"
        case .protocolViolation(let detail): "not the answer that the interface promises: \(detail)"
        }
    }
}

extension StampError {
    /// What to do about the error, if there is something; one line without a full stop.
    public var hint: String? {
        switch self {
        case .noEmbeddedKey: "make one with InitEmbeddedKey, then inject a bundle that is encrypted to it"
        case .noSession, .sessionExpired: "start a session: approve with the passkey and inject the credential bundle"
        case .publicKeyMismatch: "the session was replaced; look at it, and go on only if its key is yours"
        case .locked: "unlock the frame at its control socket"
        case .tooManySessions(_, _, .retry):
            "try again then, or end sessions and drop session keys that no program uses"
        case .tooManySessions: "reset the embedded key"
        case .invalidBundle(.decryption, _): "it may be encrypted to an older embedded key: ask for one for this key"
        case .invalidBundle: "pass the bundle exactly as it was given out"
        case .unknownSessionKey: "create a session key; one is kept for ten minutes and activated once"
        case .unknownConfirmation: "it was answered, ran out, or its stamp is no longer asked for: list those that wait"
        case .parcelRefused(let reason): reason.hint
        case .notConfigured: "give the frame's configuration the member delivery: see stampd.json(5)"
        case .interfaceNotFound, .methodNotFound: "use the control socket, or a newer frame"
        case .noFrame: "start stampd, or say where its sockets are"
        case .cannotStart(_, let hint): hint
        case .notPermitted: "ask to be let in: the socket's file permissions say who may connect"
        case .unusablePath: "use a directory with a shorter path: a socket's is 107 bytes at most"
        case .untrustedListener(_, let userId?) where KernelUser.unknown.contains(userId),
            .untrustedDirectory(_, .owner(let userId)) where KernelUser.unknown.contains(userId):
            "ask from the frame's own user namespace: from here, any user of another one has this number"
        case .untrustedListener, .untrustedDirectory(_, .owner): "name the frame's user, if this is your frame"
        case .untrustedDirectory(let path, .writable):
            "keep the sockets in a directory that only the frame's user may write: chmod go-w \(path)"
        case .untrustedDirectory(_, .notDirectory): "say where the frame's sockets are"
        case .denied("peer", _):
            "the frame serves its own user, root and whom its configuration lets in, and cannot tell who asks from another "
                + "container's process or user namespace: ask from beside it, or be let in"
        case .denied("mayName", _):
            "leave delegate and path out: the frame's configuration says whom it believes them"
        case .payloadDenied(let denial): denial.hint
        case .invalidParameter("delegate"), .invalidParameter("path"):
            "give it 1 to 512 bytes, or leave it out: a frame that is older knows no stamping proxy"
        case .invalidParameter("expirationSeconds"):
            "ask for one second at least, and for no more than the frame's --maximum-expiration-seconds, 86400 unless set"
        case .invalidParameter("organizationId"), .invalidParameter("userId"):
            "give it 128 bytes of printable ASCII at most"
        case .invalidParameter("publicKey"), .invalidParameter("expectPublicKey"):
            "give a public key as it was printed: a compressed P-256 point in 66 lower-case hex digits"
        case .invalidParameter("session"): "give it 1 to 64 of a-z 0-9 . _ -"
        case .invalidParameter("socket"): "name a socket that the frame has: stamp, control, or stamp-NAME"
        case .connectionLost: "look whether it happened before you call again"
        case .rateLimited, .timedOut: "try again"
        case .denied, .tooLarge, .methodNotImplemented, .invalidParameter, .permissionDenied, .expectedMore,
            .cancelled, .protocolViolation:
            nil
        }
    }
}
