// SPDX-License-Identifier: Apache-2.0
public import StampClient

/// Everything that can keep a request from its answer.
public enum TurnkeyError: Error, Sendable {
    /// The API refused.
    case api(APIError)
    /// The frame refused, or there is none.
    case frame(StampError)
    /// The passkey did not approve: what its authenticator threw.
    case passkey(any Error)
    /// Nothing was answered: no such host, no listener, no TLS, a connection that broke.
    case unreachable(url: String, reason: String)
    case timedOut(url: String, after: Duration)
    /// The API never redirects; whoever does would get the stamp.
    case redirected(httpStatus: Int, location: String?)
    case unexpectedAnswer(httpStatus: Int, detail: String)
    /// The activity ended without a result, or needs someone else's approval.
    case activityNotCompleted(id: String, status: String, reason: String?)
    /// The activity had no result when the last poll was made, or when no poll could be made without another prompt.
    case activityPending(id: String)
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
        case .unreachable, .timedOut, .activityPending: .retry
        // Whoever stands before the API, and answers in its place while it is away.
        case .unexpectedAnswer(let status, _) where status == 429 || status >= 500: .retry
        case .store(let error): error.isWorthRetrying ? .retry : .never
        case .session(let failure): failure.cause.fallback
        case .passkey, .redirected, .unexpectedAnswer, .activityNotCompleted, .invalidSessionToken, .configuration,
            .clockIsWrong, .notLoggedIn, .anotherUser, .bodyNotText, .cancelled:
            .never
        }
    }
}

extension APIError {
    var fallback: Fallback {
        switch kind {
        case .apiKeyExpired, .publicKeyNotFound: .passkey
        case .rateLimited, .internalError: .retry
        case .other: .never
        }
    }
}
