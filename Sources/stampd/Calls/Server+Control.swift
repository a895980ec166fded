// SPDX-License-Identifier: Apache-2.0
import SignerCore
import Varlink

/// io.stampd.Control.
extension Server {
    func handle(
        _ method: ControlMethod,
        _ parameters: Parameters,
        at now: BootInstant,
        to replies: inout JSONWriter
    ) throws(ErrorReply) {
        switch method {
        case .initEmbeddedKey:
            let seconds = try parameters.optionalInt(.expirationSeconds)
            let key = try replying { () throws(FrameError) in
                try frame.initEmbeddedKey(expirationSeconds: seconds, at: now)
            }
            replies.reply(key.write)
        case .resetEmbeddedKey:
            audit.reset()
            frame.reset(at: now)
            replies.reply()
        case .injectCredentialBundle: try handleInject(parameters, at: now, to: &replies)
        case .createSessionKey:
            let name = try parameters.sessionName(scratch: &scratch.text) ?? .default
            auditedSession = name
            let key = try replying { () throws(FrameError) in try frame.createSessionKey(for: name, at: now) }
            audit.created(key, for: name)
            replies.reply { $0.member("publicKey", key.description) }
        case .activateSession:
            let key = try parameters.requiredPublicKey(.publicKey, scratch: &scratch.text)
            let request = try parameters.sessionRequest(name: .default, scratch: &scratch.text)
            let session = try replying { () throws(FrameError) in
                try frame.activateSession(key, as: request, at: now)
            }
            audit.admitted(session, by: .activation)
            replies.reply(at: now, session: session)
        case .dropSessionKey:
            let key = try parameters.requiredPublicKey(.publicKey, scratch: &scratch.text)
            if let name = frame.dropSessionKey(key, at: now) { audit.dropped(key, for: name) }
            replies.reply()
        case .endSession:
            let name = try parameters.sessionName(scratch: &scratch.text) ?? .default
            auditedSession = name
            try replying { () throws(FrameError) in try frame.endSession(name, at: now) }
            replies.reply()
        case .lock:
            frame.lock(at: now)
            replies.reply()
        case .unlock:
            frame.unlock(at: now)
            replies.reply()
        }
    }

    private func handleInject(
        _ parameters: Parameters,
        at now: BootInstant,
        to replies: inout JSONWriter
    ) throws(ErrorReply) {
        var bundle: [UInt8] = []
        try parameters.string(.bundle, into: &bundle)
        let name = try parameters.sessionName(scratch: &scratch.text) ?? .default
        auditedSession = name
        let expected = try parameters.publicKey(.expectPublicKey, scratch: &scratch.text)
        let request = try parameters.sessionRequest(name: name, scratch: &scratch.text)
        let session = try replying { () throws(FrameError) in
            try frame.injectCredentialBundle(bundle.span, as: request, expecting: expected, at: now)
        }
        audit.admitted(session, by: .injection)
        replies.reply(at: now, session: session)
        if frame.rememberedDeadlineCount >= frame.limits.manyRememberedDeadlines {
            log.write(.warning, manyDeadlines(frame.rememberedDeadlineCount))
        }
    }

    private func manyDeadlines(_ count: Int) -> String {
        """
        \(count) of \(frame.limits.maximumRememberedDeadlines) keys' deadlines are remembered; then bundles are refused \
        until the embedded key is reset
        """
    }
}
