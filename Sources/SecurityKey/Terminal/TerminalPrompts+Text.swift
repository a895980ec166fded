// SPDX-License-Identifier: Apache-2.0
import TurnkeyClient

extension TerminalPrompts {
    /// A notice in words.
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
            "make a passkey of \(PrintableText(user.userName)) at \(PrintableText(rpId))"
        case .approval(let request, let rpId):
            "approve \(text(of: request)) with the passkey of \(PrintableText(rpId))"
        }
    }

    private static func text(of request: RequestSummary) -> String {
        var text = request.activityType.map { "\(PrintableText($0))" } ?? "a query"
        if let organizationId = request.organizationId { text += " in organization \(PrintableText(organizationId))" }
        if !request.publicKeys.isEmpty {
            text += " for the key \(request.publicKeys.map { "\(PrintableText($0))" }.joined(separator: ", "))"
        }
        if let seconds = request.expirationSeconds { text += " for \(PrintableText(seconds)) s" }
        return text
    }
}
