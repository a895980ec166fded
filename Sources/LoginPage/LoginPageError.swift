// SPDX-License-Identifier: Apache-2.0
import Printing
public import TurnkeyClient

/// Why a page brought nothing back.
public enum LoginPageError: PasskeyError, Hashable {
    /// A passkey of `localhost` can be asked for by any server on this machine, and the API is another machine's.
    case localhostPasskeyRefused(apiBaseUrl: String)
    /// The page is at `localhost` and can only ask for passkeys of it.
    case foreignRelyingParty(rpId: String)
    /// Not https, nor http to `localhost`; or with a user, a query or a fragment.
    case invalidSiteURL(String)
    case invalidRequest(RequestFault)
    /// What is to be approved could be taken for two things.
    case unclearRequest(UnclearRequest)
    /// `reason` is the system's.
    case cannotListen(reason: String, hint: String = "see whether the loopback interface is up")
    /// No port was free on 127.0.0.1 and ::1 at once.
    case noCommonPort(attempts: Int)
    case timedOut(after: Duration)
    /// The user chose not to approve.
    case declined
    /// What came back does not belong to what was asked.
    case invalidAnswer(AnswerFault)
    case cancelled

    /// What cannot be asked of a site's page.
    public enum RequestFault: String, Sendable, Hashable {
        case organizationId = "the organization's identifier"
        case userId = "the user's identifier"
        case embeddedKey = "the frame's embedded key (130 lower-case hex digits)"
        case sessionKey = "the session's key (66 lower-case hex digits)"
        case expirationSeconds = "the number of seconds"
    }

    /// The first thing that was wrong with an answer.
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
    /// The message, fit for a terminal.
    public var description: String { "\(PrintableText(message))" }

    public var message: String {
        switch self {
        case .localhostPasskeyRefused(let url): "a passkey of localhost is not used for an API elsewhere: \(url)"
        case .foreignRelyingParty(let rpId): "the page at localhost cannot use passkeys of \(rpId)"
        case .invalidSiteURL(let url): "not a login page's address: \(url)"
        case .invalidRequest(let fault): "cannot ask the page: \(fault.rawValue) is not valid"
        case .unclearRequest(let fault): "the request is not clear, so nobody is asked to approve it: \(fault.message)"
        case .cannotListen(let reason, _): "cannot listen on this machine: \(reason)"
        case .noCommonPort(let attempts): "no port was free on 127.0.0.1 and ::1 at once, in \(attempts) attempts"
        case .timedOut(let duration): "nobody approved within \(duration.components.seconds) seconds"
        case .declined: "the user did not approve"
        case .invalidAnswer(let fault): "the page's answer is not what was asked for: \(fault.rawValue) is another"
        case .cancelled: "waiting for the page was cancelled"
        }
    }

    public var hint: String? {
        switch self {
        case .localhostPasskeyRefused:
            "use a site's page or a security key; or allow it, knowing that any local server may ask for that passkey"
        case .foreignRelyingParty: "use the page of a site of that name, or a security key"
        case .invalidSiteURL: "give https://HOST/PATH (http for localhost), without query and fragment"
        case .invalidRequest, .cancelled, .declined: nil
        case .unclearRequest: "whoever made it may want another thing approved than is shown; make it anew"
        case .cannotListen(_, let hint): hint
        case .noCommonPort: "see who listens on ::1 or 127.0.0.1: ss -ltnp"
        case .timedOut: "run it again; each page works once, for a short time"
        case .invalidAnswer: "nothing was submitted; do not approve this page again before you know why"
        }
    }
}
