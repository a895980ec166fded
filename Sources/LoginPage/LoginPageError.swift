// SPDX-License-Identifier: Apache-2.0
public import Passkeys
import Printing

/// The reasons why a login page yields no result.
public enum LoginPageError: PasskeyError, Hashable {
    /// The API is on another machine, while any server on this one can ask for a passkey of `localhost`.
    case localhostPasskeyRefused(apiBaseUrl: String)
    /// The relying party is not `localhost`, and a page at `localhost` can ask for no other's passkeys.
    case foreignRelyingParty(rpId: String)
    /// The URL is neither https nor http to `localhost`, or it has a user, a query or a fragment.
    case invalidSiteURL(String)
    case invalidRequest(RequestFault)
    /// The request can be read in two ways.
    case unclearRequest(UnclearRequest)
    /// The system refuses to listen, for `reason`.
    case cannotListen(reason: String, hint: String = "see whether the loopback interface is up")
    /// No port was free on 127.0.0.1 and ::1 at once.
    case noCommonPort(attempts: Int)
    case timedOut(after: Duration)
    /// The user declined.
    case declined
    /// The answer does not fit the question.
    case invalidAnswer(AnswerFault)
    case cancelled

    /// Faults of a request to a site's page.
    public enum RequestFault: String, Sendable, Hashable {
        case organizationId = "the organization's identifier"
        case userId = "the user's identifier"
        case embeddedKey = "the frame's embedded key (130 lower-case hex digits)"
        case sessionKey = "the session's key (66 lower-case hex digits)"
        case expirationSeconds = "the number of seconds"
    }

    /// Faults of an answer; the first one found is reported.
    public enum AnswerFault: String, Sendable, Hashable {
        case form = "its form"
        case state = "its state"
        case organizationId = "the organization"
        case userId = "the user"
        case publicKey = "the key"
        case bundle = "the bundle"
        case expirationSeconds = "the duration"
        case timestamp = "the time"
        case body = "the body"
        case clientDataType = "the kind of its client data"
        case challenge = "the challenge"
        case origin = "the origin"
        case crossOrigin = "the frame that it was made in"
        case stamp = "the stamp"
    }
}

extension LoginPageError: CustomStringConvertible {
    /// The message, with unprintable characters escaped.
    public var description: String { "\(PrintableText(message))" }

    /// The reason in words. It may repeat text from outside.
    public var message: String {
        switch self {
        case .localhostPasskeyRefused(let url): "a passkey of localhost is not used for an API elsewhere: \(url)"
        case .foreignRelyingParty(let rpId): "the page at localhost cannot use passkeys of \(rpId)"
        case .invalidSiteURL(let url): "not a login page's address: \(url)"
        case .invalidRequest(let fault): "cannot ask the page: \(fault.rawValue) is not valid"
        case .unclearRequest(let fault): "the request is not clear, so no approval is asked for: \(fault.message)"
        case .cannotListen(let reason, _): "cannot listen on this machine: \(reason)"
        case .noCommonPort(let attempts): "no port was free on 127.0.0.1 and ::1 at once, in \(attempts) attempts"
        case .timedOut(let duration): "the user did not approve within \(duration.components.seconds) seconds"
        case .declined: "the user did not approve"
        case .invalidAnswer(let fault): "the page's answer is not what was asked for: \(fault.rawValue) is another"
        case .cancelled: "waiting for the page was cancelled"
        }
    }

    /// What to do about it, if there is something.
    public var hint: String? {
        switch self {
        case .localhostPasskeyRefused:
            "use a site's page or a security key; or allow it, knowing that any local server may ask for that passkey"
        case .foreignRelyingParty: "use the page of a site of that name, or a security key"
        case .invalidSiteURL: "give https://HOST/PATH (http for localhost), without query and fragment"
        case .invalidRequest, .cancelled, .declined: nil
        case .unclearRequest: "it may ask for another thing than is shown; make it anew"
        case .cannotListen(_, let hint): hint
        case .noCommonPort: "see who listens on ::1 or 127.0.0.1: ss -ltnp"
        case .timedOut: "run it again; each page works once, for a short time"
        case .invalidAnswer: "nothing was submitted; do not approve this page again before you know why"
        }
    }
}
