// SPDX-License-Identifier: Apache-2.0

extension StampError {
    /// What to do about it, where there is something to do; one line without a full stop.
    public var hint: String? {
        switch self {
        case .noEmbeddedKey: "make one with InitEmbeddedKey, then inject a bundle that is encrypted to it"
        case .noSession, .sessionExpired: "start a session: approve with the passkey and inject the credential bundle"
        case .publicKeyMismatch: "the session was replaced; look at it, and go on only if its key is yours"
        case .locked: "unlock the frame at its control socket"
        case .tooManySessions(_, _, .retry): "try again then, or end sessions and drop session keys that nobody uses"
        case .tooManySessions: "reset the embedded key"
        case .invalidBundle(.decryption, _): "it may be encrypted to an older embedded key: ask for one for this key"
        case .invalidBundle: "pass the bundle exactly as it was given out"
        case .unknownSessionKey: "create a session key; one is kept for ten minutes and activated once"
        case .unknownConfirmation: "it was answered, ran out, or its stamp is no longer asked for: list those that wait"
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
        case .connectionLost: "look whether it happened before you call again"
        case .rateLimited, .timedOut: "try again"
        case .denied, .tooLarge, .methodNotImplemented, .invalidParameter, .permissionDenied, .expectedMore,
            .cancelled, .protocolViolation:
            nil
        }
    }
}
