// SPDX-License-Identifier: Apache-2.0
import Passkeys

extension TerminalPrompts {
    /// Returns a notice in words.
    static func text(of notice: SecurityKeyNotice) -> String {
        switch notice {
        case .touchToChoose(let keys):
            "\(keys.count) security keys are plugged in: touch the one to use"
        case .touch(let key, let purpose):
            "touch the security key \(key) when it blinks, to \(text(of: purpose))"
        case .verify(let key, let purpose):
            "verify yourself at the security key \(key) when it blinks, to \(text(of: purpose))"
        case .notRecognised(let key):
            "the security key \(key) did not recognise you"
        case .pinWrong(let key, nil):
            "wrong PIN for \(key)"
        case .pinWrong(let key, let retriesLeft?):
            "wrong PIN for \(key); \(tries(retriesLeft)) left until the key blocks itself"
        }
    }

    private static func text(of purpose: SecurityKeyPurpose) -> String {
        switch purpose {
        case .registration(let user, let rpId):
            "make a passkey of \(PromptText(user.userName)) at \(PromptText(rpId))"
        case .approval(let request, let rpId):
            "approve \(text(of: request)) with the passkey of \(PromptText(rpId))"
        }
    }

    private static func text(of request: RequestSummary) -> String {
        var text = request.activityType.map { "\(PromptText($0))" } ?? "a query"
        if let organizationId = request.organizationId { text += " in organization \(PromptText(organizationId))" }
        guard !request.keys.isEmpty else { return text }
        return text + " for the key " + request.keys.map { Self.text(of: $0) }.joined(separator: " and the key ")
    }

    private static func text(of key: RequestSummary.Key) -> String {
        "\(PromptText(key.publicKey))" + (key.expirationSeconds.map { " for \(PromptText($0)) s" } ?? "")
    }
}
