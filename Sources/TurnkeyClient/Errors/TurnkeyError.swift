// SPDX-License-Identifier: Apache-2.0
public import StampClient

/// The errors of this library.
public enum TurnkeyError: Error, Sendable {
    /// The API refused. If it refused the key (`isKeyRejection`), the session is over, since its own organization said
    /// so.
    case api(APIError)
    /// An organization that is not known to be the key's own refused the key. This says nothing about the session,
    /// which its own organization may know well.
    case unknownKey(organizationId: String, APIError)
    /// The frame refused, or there is none.
    case frame(StampError)
    /// The passkey did not approve: the error of its authenticator.
    case passkey(any Error)
    /// No answer came: no such host, no listener, a connection that broke.
    case unreachable(url: String, reason: String)
    /// No safe connection could be made, so nothing was sent.
    case insecure(url: String, TLSFault)
    /// The system has no thread or no descriptor for a connection. Nothing was sent.
    case cannotStart(reason: String, hint: String)
    /// The API did not answer in time.
    case timedOut(url: String, after: Duration)
    /// The answer is a redirect. The API never sends one, and its target would receive the stamp.
    case redirected(httpStatus: Int, location: String?)
    /// The answer is not what the API's documentation says; `detail` says how.
    case unexpectedAnswer(httpStatus: Int, detail: String)
    /// The activity ended without a result.
    case activityNotCompleted(id: String, status: String, reason: String?)
    /// The activity has an id and no result yet: the polling limit was reached, or a poll would have prompted the user
    /// again. `cause` is the last poll's error. `APIClient.waitForActivity` goes on.
    indirect case activityPending(Activity, cause: TurnkeyError?)
    /// The activity waits for approvals of its fingerprint, by other users or other authenticators.
    case activityNeedsApproval(Activity)
    /// The session token is not signed by the API's notarizer, or is for another key.
    case invalidSessionToken(detail: String)
    /// By this machine's clock the session token has expired already, so the clock is wrong, or the token useless.
    case clockIsWrong(differenceSeconds: Int)
    /// The client's configuration, or an argument, has a fault.
    case configuration(ConfigurationFault)
    /// The store of sessions cannot be used.
    case store(StoreError)
    /// A step of a login or refresh failed; the failure says what became of the steps before it.
    indirect case session(SessionFailure)
    /// The session was ended while it was being refreshed.
    case sessionEnded(session: SessionName)
    /// The frame no longer has the key that was made for the session: another login, refresh or logout replaced it, or
    /// ten minutes passed. The session is as that left it.
    case keyReplaced(session: SessionName)
    /// No login is stored, so the user is unknown.
    case notLoggedIn
    /// The passkey or session belongs to another user than the one asked for, or the one of the last login.
    case anotherUser(userId: String, expected: String)
    /// The body is not UTF-8, and only text can be stamped.
    case bodyNotText
    /// The calling task was cancelled.
    case cancelled
}

extension TurnkeyError {
    /// What to do after the error. `passkey` only if the frame has no living session, or the API no longer knows its
    /// key: never because something was refused, limited, down or wrong.
    public var fallback: Fallback {
        switch self {
        case .frame(let error): error.fallback
        case .api(let error): error.fallback
        case .unreachable, .timedOut, .cannotStart, .insecure(_, .failed), .insecure(_, .closed): .retry
        case .activityPending(_, let cause): cause?.fallback ?? .retry
        // Sent by a server in front of the API that answers in its place.
        case .unexpectedAnswer(let status, _) where APIError.isWorthRetrying(httpStatus: status): .retry
        case .store(let error): error.isWorthRetrying ? .retry : .never
        case .sessionEnded: .passkey
        case .keyReplaced: .retry
        case .session(let failure): failure.cause.fallback
        case .passkey, .redirected, .unexpectedAnswer, .activityNotCompleted, .activityNeedsApproval,
            .invalidSessionToken,
            .unknownKey, .insecure, .configuration, .clockIsWrong, .notLoggedIn, .anotherUser, .bodyNotText, .cancelled:
            .never
        }
    }
}

extension TurnkeyError {
    /// Whether the API may have carried out the request, or may still do so.
    ///
    /// `true` if the request may have been sent and no refusal was read: the connection failed, the time ran out, the
    /// task was cancelled, the answer was unreadable or said 5xx or 408, or the activity has not ended. An answer that
    /// names a rate limit or a quota is a refusal, whatever its status; so is a redirect.
    public var isOutcomeUnknown: Bool {
        switch self {
        case .api(let error): error.kind == .internalError || error.httpStatus == 408
        case .session(let failure): failure.cause.isOutcomeUnknown
        case .unreachable, .timedOut, .unexpectedAnswer, .activityPending, .activityNeedsApproval, .cancelled: true
        case .unknownKey, .frame, .passkey, .configuration, .store, .notLoggedIn, .anotherUser, .bodyNotText,
            .sessionEnded, .keyReplaced, .redirected, .activityNotCompleted, .insecure, .cannotStart,
            .invalidSessionToken, .clockIsWrong:
            false
        }
    }
}

extension APIError {
    /// The fallback of an API error: `passkey` if the session's own organization refused its key. An unknown
    /// organization's refusal is `.unknownKey` instead.
    var fallback: Fallback {
        switch kind {
        case .apiKeyExpired, .publicKeyNotFound: .passkey
        case .rateLimited, .internalError, .notYet: .retry
        case .other: .never
        }
    }
}
