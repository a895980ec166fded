// SPDX-License-Identifier: Apache-2.0

/// The failure of one step of a login or refresh, with its cause, and what remains of the steps before it.
public struct SessionFailure: Error, Sendable {
    /// The steps, in their order.
    public enum Step: String, Sendable, Hashable, CaseIterable {
        /// Getting the frame's embedded key, or making its session key.
        case prepareFrame
        /// Registering the key at the API: stamp_login, create_api_keys or create_read_write_session.
        case register
        /// Checking the token and the user that the API returned.
        case verify
        /// Starting the session in the frame: ActivateSession or InjectCredentialBundle.
        case start
        /// Storing the session in the file.
        case store
    }

    /// What became of the session's key. `key` is its public key, or the API's id for a key that the API made.
    public enum Remains: Sendable, Hashable {
        /// No key was registered.
        case nothing
        /// The key was registered, and deleted at the API again.
        case deleted
        /// The key may be registered, but its private key no longer exists, so it cannot stamp.
        case useless(key: String)
        /// The API may have made a key, but its answer was lost, and with it the private key.
        case lost
        /// The key is registered and could not be deleted. It expires by itself; delete it if that takes too long.
        case registered(key: String, expirationSeconds: Int)
    }

    /// The step that failed.
    public let step: Step
    /// The API's path, such as `/public/v1/submit/stamp_login`, or the frame's method, such as `ActivateSession`.
    public let endPoint: String?
    /// The error of the step.
    public internal(set) var cause: TurnkeyError
    /// What became of the key.
    public internal(set) var remains: Remains

    /// Says what was wrong, and with what; one line without a full stop.
    public var message: String {
        let place = endPoint.map { " (\($0))" } ?? ""
        return "\(step.message)\(place): \(cause.message)\(remains.message)"
    }
}

extension SessionFailure.Step {
    /// Runs the step, and wraps its error in the step's failure, unless it is a step's failure already.
    func run<Result>(
        _ endPoint: String?,
        remains: SessionFailure.Remains = .nothing,
        _ work: () async throws(TurnkeyError) -> Result
    ) async throws(TurnkeyError) -> Result {
        do throws(TurnkeyError) {
            return try await work()
        } catch .session(let failure) {
            throw .session(failure)
        } catch {
            throw .session(SessionFailure(step: self, endPoint: endPoint, cause: error, remains: remains))
        }
    }

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
        case .useless(let key): "; the key \(key) may be registered, but no program can stamp with it, and it expires"
        case .lost: "; the API may have made a key, but no program can stamp with it, and it expires"
        case .registered(let key, let seconds):
            "; the key \(key) is registered and could not be deleted: it expires \(seconds) s after it was made"
        }
    }
}
