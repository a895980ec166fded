// SPDX-License-Identifier: Apache-2.0
import SignerCore
import Varlink

/// Answers the methods of io.stampd.Control.
extension CallHandler {
    func handle(
        _ method: ControlMethod,
        _ parameters: Parameters,
        in context: inout CallContext,
        to replies: inout JSONWriter
    ) throws(ErrorReply) {
        let now = context.start
        switch method {
        case .initEmbeddedKey:
            let seconds = try parameters.optionalInt(.expirationSeconds)
            let key = try replying { () throws(FrameError) in
                try frame.initEmbeddedKey(expirationSeconds: seconds, at: now)
            }
            replies.reply(key.write)
        case .resetEmbeddedKey:
            audit.reset(by: context)
            frame.reset(at: now)
            replies.reply()
        case .injectCredentialBundle: try handleInject(parameters, in: &context, to: &replies)
        case .createSessionKey:
            let name = try readSessionName(parameters, in: &context) ?? .default
            context.session = name
            let key = try replying { () throws(FrameError) in try frame.createSessionKey(for: name, at: now) }
            audit.allowed(.sessionKeyCreated, key, by: context)
            replies.reply { $0.member("publicKey", key.description) }
        case .activateSession: try handleActivate(parameters, in: context, to: &replies)
        case .dropSessionKey:
            let key = try withScratch { scratch throws(ErrorReply) in
                try parameters.requiredPublicKey(.publicKey, scratch: &scratch.text)
            }
            context.session = frame.dropSessionKey(key, at: now)
            if context.session != nil { audit.allowed(.sessionKeyDropped, key, by: context) }
            replies.reply()
        case .endSession:
            let name = try readSessionName(parameters, in: &context) ?? .default
            context.session = name
            try replying { () throws(FrameError) in try frame.endSession(name, at: now) }
            replies.reply()
        case .lock:
            frame.lock(at: now)
            replies.reply()
        case .unlock:
            frame.unlock(at: now)
            replies.reply()
        case .listConfirmations: listConfirmations(at: now, to: &replies)
        case .confirm: try handleConfirm(parameters, in: &context, to: &replies)
        case .getRules: replyRules(in: &replies)
        case .explainFor: try handleExplainFor(parameters, in: &context, to: &replies)
        case .listAccounts:
            let accounts = accounts()
            replies.reply { reply in
                reply.arrayMember("accounts") { list in for account in accounts { list.object(account.write) } }
            }
        }
    }

    private func handleActivate(
        _ parameters: Parameters,
        in context: CallContext,
        to replies: inout JSONWriter
    ) throws(ErrorReply) {
        let (key, request) = try withScratch { scratch throws(ErrorReply) in
            let key = try parameters.requiredPublicKey(.publicKey, scratch: &scratch.text)
            return (key, try parameters.sessionRequest(name: .default, scratch: &scratch.text))
        }
        let session = try replying { () throws(FrameError) in
            try frame.activateSession(key, as: request, at: context.start)
        }
        audit.admitted(session, as: .activation, by: context)
        replies.reply(at: context.start, session: session)
    }

    private func handleInject(
        _ parameters: Parameters,
        in context: inout CallContext,
        to replies: inout JSONWriter
    ) throws(ErrorReply) {
        let now = context.start
        var bundle: [UInt8] = []
        try parameters.string(.bundle, into: &bundle)
        let name = try readSessionName(parameters, in: &context) ?? .default
        context.session = name
        let (expected, request) = try withScratch { scratch throws(ErrorReply) in
            let expected = try parameters.publicKey(.expectPublicKey, scratch: &scratch.text)
            return (expected, try parameters.sessionRequest(name: name, scratch: &scratch.text))
        }
        let session = try replying { () throws(FrameError) in
            try frame.injectCredentialBundle(bundle.span, as: request, expecting: expected, at: now)
        }
        audit.admitted(session, as: .injection, by: context)
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
