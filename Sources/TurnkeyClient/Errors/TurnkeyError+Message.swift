// SPDX-License-Identifier: Apache-2.0
import Foundation
import Passkeys
import Printing
import StampClient

extension TurnkeyError: CustomStringConvertible {
    /// The message, with unprintable characters escaped.
    public var description: String { "\(PrintableText(message))" }

    /// Says what was wrong, and with what; one line without a full stop. Never contains a body, a stamp or a secret.
    ///
    /// It repeats the API's text unescaped.
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
        case .sessionEnded(let session): "the session \"\(session)\" was ended meanwhile"
        case .keyReplaced(let session):
            "the frame no longer has this key: another login, refresh or logout of the session \"\(session)\" took its "
                + "place, or ten minutes went by"
        case .notLoggedIn: "no user is known: there was no login"
        case .anotherUser(let userId, let expected): "this is user \(userId), and not \(expected)"
        case .clockIsWrong(let seconds): "the session ends \(seconds) s sooner than it should by this machine's clock"
        case .bodyNotText: "the body is not UTF-8"
        case .cancelled: "the request was cancelled"
        }
    }

    /// What to do about it, if there is something; one line without a full stop.
    public var hint: String? {
        switch self {
        case .frame(let error): error.hint
        case .configuration(let fault): fault.hint
        case .store(let error): error.hint
        case .session(let failure): failure.cause.hint
        case .sessionEnded: "log in again"
        case .keyReplaced: "look at the session, and try again where it is not as you want it"
        case .passkey(let error as any PasskeyError): error.hint
        case .api(let error) where error.turnkeyErrorCode == "CREDENTIAL_NOT_FOUND":
            "the organization does not know this passkey: register it first, or use another"
        case .api(let error) where error.turnkeyErrorCode == "ORGANIZATION_MISMATCH":
            "this user is at home in another organization: a parent's session reads below it and writes nothing there; "
                + "log in as a user of the organization that is written to"
        case .api(let error) where error.isAboutTime: clockHint
        case .clockIsWrong: clockHint
        case .api(let error) where error.isKeyRejection: "the session is over: approve a new one with the passkey"
        case .insecure(_, let fault): fault.hint
        case .cannotStart(_, let hint): hint
        case .unreachable, .timedOut:
            "look at the network, the proxy where one is named, and the API's base URL, then try again"
        case .notLoggedIn: "log in, or name the user"
        case .anotherUser: "use that user's passkey, or log out first"
        case .unexpectedAnswer where fallback == .retry, .api where fallback == .retry:
            "wait a few seconds and try again"
        case .redirected, .unexpectedAnswer: "look at the API's base URL"
        case .unknownKey: "look at the organization and the API: the session is not known to be one of theirs"
        case .activityPending: "wait for it with waitForActivity: submitted anew it would be another activity"
        case .activityNeedsApproval: "have it approved by its fingerprint (approve_activity), then wait for it"
        default: nil
        }
    }

    /// Returns the API's message after a colon, or a text that says that there is none.
    private func spell(_ message: String) -> String {
        message.allSatisfy(\.isWhitespace) ? ", and did not say why" : ": \(message)"
    }

    private var clockHint: String {
        "this machine's clock says \(Date.now.formatted(.iso8601)): set it right, then try again"
    }
}

extension Activity {
    /// The activity's id and, if the API gave one, its fingerprint.
    fileprivate var name: String {
        "the activity \(id)" + (fingerprint.map { " (fingerprint \($0))" } ?? "")
    }
}
