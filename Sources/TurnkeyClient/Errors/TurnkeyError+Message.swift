// SPDX-License-Identifier: Apache-2.0
import Foundation
import Printing
import StampClient

extension TurnkeyError: CustomStringConvertible {
    /// The message, fit for a terminal.
    public var description: String { "\(PrintableText(message))" }

    /// What was wrong, with what; one line without a full stop. Never a body, a stamp or a secret.
    ///
    /// What the API said is in it as it was said.
    public var message: String {
        switch self {
        case .api(let error) where error.turnkeyErrorCode.isEmpty:
            "the API refused (\(error.httpStatus))\(spell(error.message))"
        case .api(let error): "the API refused (\(error.httpStatus) \(error.turnkeyErrorCode))\(spell(error.message))"
        case .unknownKey(let organizationId, let error):
            (organizationId.isEmpty ? "the API" : "organization \(organizationId)")
                + (error.kind == .apiKeyExpired ? " says that this key has expired" : " does not know this key")
                + (organizationId.isEmpty ? ", and the body names no organization" : "")
        case .frame(let error): error.message
        case .passkey(let error as any PasskeyError): "the passkey did not approve: \(error.message)"
        case .passkey(let error): "the passkey did not approve: \(error)"
        case .unreachable(let url, let reason): "the API at \(url) cannot be reached: \(reason)"
        case .insecure(let url, let fault): "no safe connection to the API at \(url): \(fault.message)"
        case .cannotStart(let reason, _): "no connection can be made: \(reason)"
        case .timedOut(let url, let limit): "no answer from the API at \(url) within \(limit)"
        case .redirected(let status, let location):
            "the API redirects (\(status)) to \(location.map(withoutPassword) ?? "nowhere")"
        case .unexpectedAnswer(let status, let detail): "not an answer of Turnkey's API (\(status)): \(detail)"
        case .activityNotCompleted(let id, let status, nil): "the activity \(id) ended as \(status)"
        case .activityNotCompleted(let id, let status, let reason?):
            "the activity \(id) ended as \(status)\(spell(reason))"
        case .activityPending(let activity, nil): "\(activity.name) is still pending"
        case .activityPending(let activity, let cause?):
            "\(activity.name) was pending when last looked at: \(cause.message)"
        case .activityNeedsApproval(let activity) where activity.status == Activity.authenticatorsNeeded:
            "\(activity.name) needs the approval of other authenticators"
        case .activityNeedsApproval(let activity): "\(activity.name) needs the approval of other users"
        case .invalidSessionToken(let detail): "the session token is not to be believed: \(detail)"
        case .configuration(let fault): fault.message
        case .store(let error): error.message
        case .session(let failure): failure.message
        case .notLoggedIn: "no user is known: nobody has logged in"
        case .anotherUser(let userId, let expected): "this is user \(userId), and not \(expected)"
        case .clockIsWrong(let seconds): "the session ends \(seconds) s sooner than it should by this machine's clock"
        case .bodyNotText: "the body is not UTF-8"
        case .cancelled: "the request was cancelled"
        }
    }

    /// What to do about it, where there is something to do; one line without a full stop.
    public var hint: String? {
        switch self {
        case .frame(let error): error.hint
        case .configuration(let fault): fault.hint
        case .store(let error): error.hint
        case .session(let failure): failure.cause.hint
        case .passkey(let error as any PasskeyError): error.hint
        case .api(let error) where error.turnkeyErrorCode == "CREDENTIAL_NOT_FOUND":
            "the organization does not know this passkey: register it first, or use another"
        case .api(let error) where error.turnkeyErrorCode == "ORGANIZATION_MISMATCH":
            "this user is at home in another organization: a parent's session reads below it and writes nothing there; "
                + "log in as a user of the organization that is written to"
        case .api(let error) where error.isAboutTime: clockHint
        case .clockIsWrong: clockHint
        case .api(let error) where error.isKeyRejection: "the session is over: approve a new one with the passkey"
        case .api(let error) where error.kind == .rateLimited: "wait a few seconds and try again"
        case .insecure(_, let fault): fault.hint
        case .cannotStart(_, let hint): hint
        case .unreachable, .timedOut: "look at the network and the API's base URL, then try again"
        case .notLoggedIn: "log in, or name the user"
        case .anotherUser: "use that user's passkey, or log out first"
        case .redirected, .unexpectedAnswer: "look at the API's base URL"
        case .unknownKey: "look at the organization and the API: the session is not known to be one of theirs"
        case .activityPending: "wait for it with waitForActivity: submitted anew it would be another activity"
        case .activityNeedsApproval: "have it approved by its fingerprint (approve_activity), then wait for it"
        default: nil
        }
    }

    /// What was said behind a colon; where nothing was, that.
    private func spell(_ message: String) -> String {
        message.allSatisfy(\.isWhitespace) ? ", and did not say why" : ": \(message)"
    }

    private var clockHint: String {
        "this machine's clock says \(Date.now.formatted(.iso8601)): set it right, then try again"
    }
}

extension Activity {
    /// By its identifier and, where the API gave one, its fingerprint.
    fileprivate var name: String {
        "the activity \(id)" + (fingerprint.map { " (fingerprint \($0))" } ?? "")
    }
}
