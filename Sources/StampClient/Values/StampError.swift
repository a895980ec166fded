// SPDX-License-Identifier: Apache-2.0

/// Everything that can keep a call to a frame from its answer.
///
/// The first group mirrors `io.stampd.Stamper` and `io.stampd.Control`, the second `org.varlink.service`; the third is
/// found on this side of the socket. The set is closed: a new case is a new version of the interface.
public enum StampError: Error, Sendable, Hashable {
    case noEmbeddedKey(fallback: Fallback)
    case noSession(session: String, fallback: Fallback)
    case sessionExpired(session: String, fallback: Fallback)
    /// `publicKey`: the key that would have stamped, which is not the expected one.
    case publicKeyMismatch(publicKey: String, fallback: Fallback)
    /// Who asks is not served, or not believed: `rule` is `peer`, `uid`, `gid`, `unit` or `mayName`.
    case denied(rule: String, fallback: Fallback)
    /// The rules of the socket refuse the payload.
    case payloadDenied(PayloadDenial)
    case locked(fallback: Fallback)
    case rateLimited(retryAfterMilliseconds: Int, fallback: Fallback)
    case tooLarge(limitBytes: Int, fallback: Fallback)
    /// `retryAfterMilliseconds`: when a place becomes free by itself; `nil` where none does, or the frame does not say.
    case tooManySessions(limit: Int, retryAfterMilliseconds: Int?, fallback: Fallback)
    case invalidBundle(reason: BundleFault, detail: String)
    case unknownSessionKey(publicKey: String)
    case unknownConfirmation(id: String)

    case interfaceNotFound(interface: String)
    case methodNotFound(method: String)
    case methodNotImplemented(method: String)
    case invalidParameter(parameter: String)
    case permissionDenied
    case expectedMore

    /// Nobody listens at `path`.
    case noFrame(path: String, reason: String)
    /// The file permissions of `path` keep this process out.
    case notPermitted(path: String)
    /// No usable socket path: more than 107 bytes, or a NUL byte in it.
    case unusablePath(path: String)
    /// Who listens at `path` is neither root nor this process's user nor the user named; `nil`: the kernel did not say.
    case untrustedListener(path: String, userId: UInt32?)
    case untrustedDirectory(path: String, reason: DirectoryFault)
    /// The system gives this process no thread or no descriptor for a connection: nothing was called.
    case cannotStart(reason: String, hint: String)
    /// The frame went away after the call was sent and before its answer: it may or may not have happened.
    case connectionLost(method: String)
    case timedOut(method: String, after: Duration)
    case cancelled(method: String)
    /// What came back is not the answer that the interface promises.
    case protocolViolation(detail: String)
}
