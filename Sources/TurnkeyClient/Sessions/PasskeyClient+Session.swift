// SPDX-License-Identifier: Apache-2.0
public import StampClient

extension PasskeyClient {
    /// Starts a session of the frame with one approval: makes the embedded key if needed, registers a key, starts the
    /// session, and stores it.
    ///
    /// Concurrent callers who ask for the same share the approval; those who ask for something else, or have an
    /// `acceptingUser`, wait for their turn. If another process is logging in to the same session, no approval is asked
    /// for. The way `bundle` needs the user's id: if no login is stored, that takes a second approval.
    ///
    /// - Parameters:
    ///   - session: The session's name; the selected one if absent.
    ///   - expirationSeconds: The session's life.
    ///   - way: How the approval becomes a session.
    ///   - acceptingUser: Asked if the last login was another user's; without it, another user is refused.
    /// - Returns: The session.
    /// - Throws: Before an approval is asked for: `.configuration` (fewer than 10 seconds, or more than the frame
    ///   allows), `.frame`, `.store`; else `.session`, which says what failed and what became of the key. A failed
    ///   login leaves no half-made session.
    @discardableResult
    public func loginWithPasskey(
        session: SessionName? = nil,
        expirationSeconds: Int = 900,
        way: SessionWay = .stampLogin,
        acceptingUser: UserAcceptance? = nil
    ) async throws(TurnkeyError) -> TurnkeySession {
        let arguments = FlightArguments("login", "\(way)", "\(expirationSeconds)", hasClosure: acceptingUser != nil)
        return try await context.begin(session, expirationSeconds, acceptingUser, arguments) {
            order throws(TurnkeyError) in
            switch way {
            case .stampLogin: try await beginByStampLogin(order)
            case .bundle: try await beginByBundle(order)
            case .readWriteSession: try await beginByReadWriteSession(order)
            }
        }
    }
}

/// What a login is asked to make.
struct SessionOrder: Sendable {
    let name: SessionName
    let expirationSeconds: Int
    /// The user of the last login.
    let user: TurnkeyUser?
    let acceptance: UserAcceptance?
    /// Whether it replaces a living session.
    var isRefresh = false

    init(_ name: SessionName, _ expirationSeconds: Int, _ user: TurnkeyUser?, _ acceptance: UserAcceptance?) {
        (self.name, self.expirationSeconds, self.user, self.acceptance) = (name, expirationSeconds, user, acceptance)
    }
}
