// SPDX-License-Identifier: Apache-2.0

extension PasskeyClient {
    /// One approval, and the frame has a session: makes its embedded key where there is none, registers a key, starts the
    /// session under `session` (the selected name where absent), and stores it.
    ///
    /// Callers at the same time who ask for the same share the approval; others, and those with an `acceptingUser` of their
    /// own, wait for their turn. Where another process logs in to the same session, nobody is asked.
    /// The way `bundle` needs the user: where nobody has logged in, that is one approval more.
    /// - Throws: before anybody is asked: `.configuration` (fewer than 10 seconds, or more than the frame allows), `.frame`,
    ///   `.store`; else `.session`: which step failed, and what became of the key. No half session is left.
    @discardableResult
    public func loginWithPasskey(
        session: String? = nil,
        expirationSeconds: Int = 900,
        way: SessionWay = .stampLogin,
        acceptingUser: UserAcceptance? = nil
    ) async throws(TurnkeyError) -> TurnkeySession {
        let wish = Wish("login", "\(way)", "\(expirationSeconds)", hasClosure: acceptingUser != nil)
        return try await context.begin(session, expirationSeconds, acceptingUser, wish) { order throws(TurnkeyError) in
            switch way {
            case .stampLogin: try await beginByStampLogin(order)
            case .bundle: try await beginByBundle(order)
            case .readWriteSession: try await beginByReadWriteSession(order)
            }
        }
    }
}

/// What a login is to make.
struct SessionOrder: Sendable {
    let name: String
    let expirationSeconds: Int
    /// Of the last login.
    let user: TurnkeyUser?
    let acceptance: UserAcceptance?
    /// Whether it takes the place of a session that lives.
    var isRefresh = false

    init(_ name: String, _ expirationSeconds: Int, _ user: TurnkeyUser?, _ acceptance: UserAcceptance?) {
        (self.name, self.expirationSeconds, self.user, self.acceptance) = (name, expirationSeconds, user, acceptance)
    }
}
