// SPDX-License-Identifier: Apache-2.0

/// Which step on the way to a session failed, why, and what is left of the steps before it.
public struct SessionFailure: Error, Sendable {
    /// The steps, in their order.
    public enum Step: String, Sendable, Hashable, CaseIterable {
        /// The frame's embedded key, or its session key.
        case prepareFrame
        /// The key at the API: stamp_login, create_api_keys or create_read_write_session.
        case register
        /// What the API vouches for: the token, the user.
        case verify
        /// The session in the frame: ActivateSession or InjectCredentialBundle.
        case start
        case store
    }

    /// What became of the key that was to be the session's: its public key, or the API's identifier of a key that it made.
    public enum Remains: Sendable, Hashable {
        /// No key was registered.
        case nothing
        /// It was registered, and deleted at the API again.
        case deleted
        /// It may be registered, but whoever had its private half has it no more: nobody can stamp with it.
        case useless(key: String)
        /// The API may have made a key, and its answer was lost: nobody ever had its private half.
        case lost
        /// It is registered and could not be deleted; it ends by itself. Delete it, if its end cannot be waited for.
        case registered(key: String, expirationSeconds: Int)
    }

    public let step: Step
    /// The API's path, such as `/public/v1/submit/stamp_login`, or the frame's method, such as `ActivateSession`.
    public let endPoint: String?
    public let cause: TurnkeyError
    public let remains: Remains

    /// What was wrong, with what; one line without a full stop.
    public var message: String {
        let place = endPoint.map { " (\($0))" } ?? ""
        return "\(step.message)\(place): \(cause.message)\(remains.message)"
    }
}

extension SessionFailure.Step {
    fileprivate var message: String {
        switch self {
        case .prepareFrame: "the frame could not be prepared"
        case .register: "the session's key could not be registered"
        case .verify: "what the API vouches for is not the session that was asked for"
        case .start: "the frame did not start the session"
        case .store: "the session could not be stored"
        }
    }
}

extension SessionFailure.Remains {
    fileprivate var message: String {
        switch self {
        case .nothing: ""
        case .deleted: "; the key that was registered has been deleted again"
        case .useless(let key): "; the key \(key) may be registered, but nobody can stamp with it, and it expires"
        case .lost: "; the API may have made a key, but nobody can stamp with it, and it expires"
        case .registered(let key, let seconds):
            "; the key \(key) is registered and could not be deleted: it expires \(seconds) s after it was made"
        }
    }
}
