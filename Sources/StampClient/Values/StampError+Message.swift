// SPDX-License-Identifier: Apache-2.0
import Printing

extension StampError: CustomStringConvertible {
    /// The message, fit for a terminal.
    public var description: String { "\(PrintableText(message))" }

    /// What was wrong, with what; one line without a full stop. Never a payload, a bundle or a secret.
    ///
    /// What a frame or a file said is in it as it was said.
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
            "the listener of \(path) is \(KernelUser.describe(userId)) who is not trusted"
        case .untrustedListener(let path, nil): "the listener of \(path) cannot be told"
        case .untrustedDirectory(let path, let reason): "the directory \(path) \(reason.message)"
        case .connectionLost(let method): "the frame went away before it answered \(method)"
        case .timedOut(let method, let limit): "no answer to \(method) within \(limit)"
        case .cancelled(let method): "\(method) was cancelled"
        case .protocolViolation(let detail): "not the answer that the interface promises: \(detail)"
        }
    }
}
