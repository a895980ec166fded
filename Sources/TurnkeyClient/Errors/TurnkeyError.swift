// SPDX-License-Identifier: Apache-2.0
public import StampClient

/// Everything that can keep a request from its answer.
public enum TurnkeyError: Error, Sendable {
    /// The API refused. A refused key (`isKeyRejection`) here is a session that is over: its own organization said so.
    case api(APIError)
    /// An organization refused the key that stamped, and is not known to be the key's own: it says nothing of the session,
    /// which its own may know well.
    case unknownKey(organizationId: String, APIError)
    /// The frame refused, or there is none.
    case frame(StampError)
    /// The passkey did not approve: what its authenticator threw.
    case passkey(any Error)
    /// Nothing was answered: no such host, no listener, no TLS, a connection that broke.
    case unreachable(url: String, reason: String)
    /// Something answers, and there is no safe connection to it: nothing was sent.
    case insecure(url: String, TLSFault)
    /// The system gives this process no thread or no descriptor for a connection: nothing was sent.
    case cannotStart(reason: String, hint: String)
    case timedOut(url: String, after: Duration)
    /// The API never redirects; whoever does would get the stamp.
    case redirected(httpStatus: Int, location: String?)
    case unexpectedAnswer(httpStatus: Int, detail: String)
    /// The activity ended without a result.
    case activityNotCompleted(id: String, status: String, reason: String?)
    /// The activity has an identifier and no result yet: the time to wait for it was over, or no poll could be made without
    /// another prompt. `cause`: what kept it from being looked at last. `APIClient.waitForActivity` goes on.
    indirect case activityPending(Activity, cause: TurnkeyError?)
    /// The activity waits for somebody's approval, of its fingerprint: of other users, or by other authenticators.
    case activityNeedsApproval(Activity)
    /// The session token is not one of the API's notarizer, or not for this key.
    case invalidSessionToken(detail: String)
    /// The session token is over already by this machine's clock, so the clock is wrong, or the token useless.
    case clockIsWrong(differenceSeconds: Int)
    case configuration(ConfigurationFault)
    /// The store of sessions cannot be used.
    case store(StoreError)
    /// A life cycle's step failed, and this is what became of what had been done before.
    indirect case session(SessionFailure)
    /// Nobody has logged in here, so no user is known.
    case notLoggedIn
    /// The passkey's or session's user is another than the one asked for, or than the last login's.
    case anotherUser(userId: String, expected: String)
    /// A stamp is made of text: the body is not UTF-8.
    case bodyNotText
    case cancelled
}

extension TurnkeyError {
    /// What to do about it. `passkey` only where the frame has no living session, or the API no longer knows its key:
    /// never because something was refused, limited, down or wrong.
    public var fallback: Fallback {
        switch self {
        case .frame(let error): error.fallback
        case .api(let error): error.fallback
        case .unreachable, .timedOut, .cannotStart, .insecure(_, .failed), .insecure(_, .closed): .retry
        case .activityPending(_, let cause): cause?.fallback ?? .retry
        // Whoever stands before the API, and answers in its place while it is away.
        case .unexpectedAnswer(let status, _) where APIError.isWorthRetrying(httpStatus: status): .retry
        case .store(let error): error.isWorthRetrying ? .retry : .never
        case .session(let failure): failure.cause.fallback
        case .passkey, .redirected, .unexpectedAnswer, .activityNotCompleted, .activityNeedsApproval,
            .invalidSessionToken,
            .unknownKey, .insecure, .configuration, .clockIsWrong, .notLoggedIn, .anotherUser, .bodyNotText, .cancelled:
            .never
        }
    }
}

extension TurnkeyError {
    /// Whether what was submitted may have been done, or may be done yet: it may have reached the API, and nothing was
    /// read that says no. That the API says "later" (5xx, 408), or a proxy does in its place, is no no.
    public var isOutcomeUnknown: Bool {
        switch self {
        case .api(let error): error.kind == .internalError || error.httpStatus == 408
        case .session(let failure): failure.cause.isOutcomeUnknown
        case .unreachable, .timedOut, .unexpectedAnswer, .activityPending, .activityNeedsApproval, .cancelled: true
        case .unknownKey, .frame, .passkey, .configuration, .store, .notLoggedIn, .anotherUser, .bodyNotText,
            .redirected, .activityNotCompleted, .insecure, .cannotStart, .invalidSessionToken, .clockIsWrong:
            false
        }
    }
}

extension APIError {
    /// The passkey is asked where a session's own organization refused its key; who is not sure of that throws
    /// `.unknownKey`.
    var fallback: Fallback {
        switch kind {
        case .apiKeyExpired, .publicKeyNotFound: .passkey
        case .rateLimited, .internalError, .notYet: .retry
        case .other: .never
        }
    }
}
