// SPDX-License-Identifier: Apache-2.0
import Foundation
import LoopbackHTTP
public import Passkeys

/// The login page of a user's own site: passkeys of that site are approved in a browser, for a frame on this machine.
///
/// The answer is checked against the request before it is used, and nothing is submitted to the API here. The
/// fingerprint of the key is announced; the page shows the same one for the user to compare.
public struct SitePage: Sendable {
    private let address: SiteAddress
    private let opener: PageOpener
    private let paste: (@Sendable () async throws -> String)?
    private let timeout: Duration

    /// Creates a client of the page.
    ///
    /// - Parameters:
    ///   - url: The page's address: https, or http to `localhost` or a name under it; without query and fragment.
    ///   - opener: Shows the address to the user.
    ///   - paste: Reads the code that the page shows, where the site allows that. Without it, the page posts its answer
    ///     to a port of 127.0.0.1.
    ///   - timeout: How long to wait for the user.
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

    /// Has the page make a session's key, register it with the API, and seal it to the frame's embedded key.
    ///
    /// - Returns: The credential bundle, ready to inject.
    /// - Throws: `.invalidRequest`, `.cannotListen`, `.timedOut`, `.invalidAnswer`, `.cancelled`.
    public func bundle(for request: LoginRequest) async throws(LoginPageError) -> MadeBundle {
        try await ask(request, .bundle) { answer throws(LoginPageError) in try answer.readBundle(request) }
    }

    /// Has the page sign a stamp_login of the session's key, without submitting it.
    ///
    /// - Returns: The signed login, ready to submit.
    /// - Throws: The errors of `bundle(for:)`.
    public func signedStampLogin(for request: LoginRequest) async throws(LoginPageError) -> StampedLogin {
        let origin = address.origin
        return try await ask(request, .stampLogin) { answer throws(LoginPageError) in
            try answer.readStampLogin(request, origin: origin, now: Date())
        }
    }

    private func ask<Answer: Sendable>(
        _ request: LoginRequest,
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
        // Empty input is not a faulty answer; the user gave up.
        guard !code.allSatisfy(\.isWhitespace) else { throw .cancelled }
        let answer = try SiteAnswer(pasted: code)
        guard answer.belongs(to: state) else { throw .invalidAnswer(.state) }
        return try read(answer)
    }

    private func askByPost<Answer: Sendable>(
        _ request: LoginRequest,
        _ mode: SiteMode,
        _ state: OneTimeSecret,
        read: @escaping @Sendable (SiteAnswer) throws(LoginPageError) -> Answer
    ) async throws(LoginPageError) -> Answer {
        let conversation = Conversation<Answer>()
        let visit = CallbackVisit(siteOrigin: address.origin, state: state, conversation: conversation, read: read)
        let port = try await LoopbackPort.open(at: .ipv4) { await visit.respond(to: $0, port: $1.port) }
        let file = opener.open(address.link(to: request, mode, state: state, port: port.number), port: port.number)
        let result = await conversation.result(within: timeout)
        file?.remove()
        await port.close()
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
