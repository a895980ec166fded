// SPDX-License-Identifier: Apache-2.0
import Foundation
import TurnkeyClient

/// The login page of a user's own site: passkeys of that site, approved in a browser, for a frame on this machine.
///
/// What comes back is checked against what was asked before anything is done with it, and nothing is submitted here.
/// The fingerprint of the key is announced; the page shows the same one, and the user compares.
public struct SitePage: Sendable {
    private let address: SiteAddress
    private let opener: PageOpener
    private let paste: (@Sendable () async throws -> String)?
    private let timeout: Duration

    /// `url` is https, or http to `localhost` or a name under it; without query and fragment. `paste` reads the code that
    /// the page shows, where the site allows that; without it the page posts its answer to a port of 127.0.0.1.
    /// - Throws: `.invalidSiteURL`.
    public init(
        url: String,
        opener: PageOpener,
        paste: (@Sendable () async throws -> String)? = nil,
        timeout: Duration = .seconds(120)
    ) throws(LoginPageError) {
        address = try SiteAddress(url)
        self.opener = opener
        self.paste = paste
        self.timeout = timeout
    }

    /// Has the page make a session's key, register it and seal it to the frame's embedded key.
    ///
    /// - Throws: `.invalidRequest`, `.cannotListen`, `.timedOut`, `.invalidAnswer`, `.cancelled`.
    public func bundle(for request: SiteRequest) async throws(LoginPageError) -> SiteBundle {
        let startedAt = ContinuousClock.now
        return try await ask(request, .bundle) { answer throws(LoginPageError) in
            try answer.readBundle(request, startedAt: startedAt)
        }
    }

    /// Has the page sign a stamp_login of the session's key, unsubmitted.
    ///
    /// - Throws: as `bundle(for:)`.
    public func signedStampLogin(for request: SiteRequest) async throws(LoginPageError) -> SignedRequest {
        let startedAt = ContinuousClock.now
        let origin = address.origin
        return try await ask(request, .stampLogin) { answer throws(LoginPageError) in
            try answer.readStampLogin(request, origin: origin, startedAt: startedAt, now: Date())
        }
    }

    private func ask<Answer: Sendable>(
        _ request: SiteRequest,
        _ mode: SiteMode,
        read: @escaping @Sendable (SiteAnswer) throws(LoginPageError) -> Answer
    ) async throws(LoginPageError) -> Answer {
        if let fault = request.findFault(mode) { throw .invalidRequest(fault) }
        if let fingerprint = KeyFingerprint(publicKey: request.publicKey) {
            opener.announce("the page must show: \(fingerprint)")
        }
        let state = OneTimeSecret()
        guard let paste else { return try await askByPost(request, mode, state, read: read) }
        let file = opener.open(address.link(to: request, mode, state: state, port: nil), port: nil)
        defer { file?.remove() }
        let code = try await readCode(paste)
        // Nothing was handed over, so nothing is amiss with it.
        guard !code.allSatisfy(\.isWhitespace) else { throw .cancelled }
        let answer = try SiteAnswer(pasted: code)
        guard answer.belongs(to: state) else { throw .invalidAnswer(.state) }
        return try read(answer)
    }

    private func askByPost<Answer: Sendable>(
        _ request: SiteRequest,
        _ mode: SiteMode,
        _ state: OneTimeSecret,
        read: @escaping @Sendable (SiteAnswer) throws(LoginPageError) -> Answer
    ) async throws(LoginPageError) -> Answer {
        let conversation = Conversation<Answer>()
        let visit = CallbackVisit(siteOrigin: address.origin, state: state, conversation: conversation, read: read)
        let door = try await LoopbackDoor.open(at: .ipv4) { await visit.respond(to: $0, port: $1) }
        let file = opener.open(address.link(to: request, mode, state: state, port: door.port), port: door.port)
        let result = await conversation.result(within: timeout)
        file?.remove()
        await door.close()
        return try result.get()
    }

    /// Asks the caller for the pasted code, for no longer than the page waits.
    private func readCode(_ paste: @escaping @Sendable () async throws -> String) async throws(LoginPageError) -> String
    {
        let conversation = Conversation<String>()
        let reading = Task {
            do { conversation.end(with: .success(try await paste())) } catch {
                conversation.end(with: .failure(.cancelled))
            }
        }
        defer { reading.cancel() }
        return try await conversation.result(within: timeout).get()
    }
}
