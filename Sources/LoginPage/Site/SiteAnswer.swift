// SPDX-License-Identifier: Apache-2.0
import Foundation
import Passkeys
import Printing
import StampClient

/// The fields of a site's answer, each once.
package struct SiteAnswer: Sendable {
    private let fields: [String: String]

    /// Reads `application/x-www-form-urlencoded` (URL Standard, §5.1).
    init(form: String) throws(LoginPageError) {
        let pairs = form.split(separator: "&", omittingEmptySubsequences: false).map { pair in
            pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
                .map { $0.replacing("+", with: " ").removingPercentEncoding }
        }
        var fields: [String: String] = [:]
        for pair in pairs {
            guard pair.count == 2, let name = pair[0], let value = pair[1],
                fields.updateValue(value, forKey: name) == nil
            else { throw .invalidAnswer(.form) }
        }
        self.fields = fields
    }

    /// Reads the code that the page shows for pasting: base64url of a JSON object of strings.
    init(pasted code: String) throws(LoginPageError) {
        let text = code.filter { !$0.isWhitespace }
        guard let json = Base64URL.decode(text),
            let fields = try? StrictJSON.decode([String: String].self, from: json)
        else { throw .invalidAnswer(.form) }
        self.fields = fields
    }

    /// Whether the answer repeats this state, and so belongs to this question.
    func belongs(to state: OneTimeSecret) -> Bool { state.matches(fields["state"] ?? "") }

    /// Reads a bundle and checks it against the request.
    ///
    /// - Throws: `.invalidAnswer` with the first fault.
    func readBundle(_ request: LoginRequest) throws(LoginPageError) -> MadeBundle {
        try checkNames("bundle", "publicKey", "organizationId", "userId", "expirationSeconds")
        guard let organizationId = fields["organizationId"], organizationId == request.organizationId else {
            throw .invalidAnswer(.organizationId)
        }
        guard let userId = fields["userId"], LoginRequest.isIdentifier(userId), userId == request.userId ?? userId
        else {
            throw .invalidAnswer(.userId)
        }
        guard let publicKey = fields["publicKey"], publicKey.utf8.count == 66, publicKey == publicKey.lowercased(),
            KeyFingerprint(publicKey: publicKey) != nil
        else { throw .invalidAnswer(.publicKey) }
        guard let bundle = fields["bundle"], (90...130).contains(bundle.utf8.count),
            bundle.utf8.allSatisfy({ Self.base58.contains($0) })
        else { throw .invalidAnswer(.bundle) }
        return MadeBundle(
            credentialBundle: bundle,
            publicKey: publicKey,
            userId: userId,
            organizationId: organizationId,
            expirationSeconds: try readSeconds(fields["expirationSeconds"], request)
        )
    }

    /// Reads a signed stamp_login and checks it against the request.
    ///
    /// - Throws: `.invalidAnswer` with the first fault.
    func readStampLogin(
        _ request: LoginRequest,
        origin: String,
        now: Date
    ) throws(LoginPageError) -> StampedLogin {
        try checkNames("body", "stamp")
        let body = Data((fields["body"] ?? "").utf8)
        try StampLoginBody.check(body, request, now: now)
        let text = Data((fields["stamp"] ?? "").utf8)
        guard let stamp = try? StrictJSON.decode(AssertionFields.self, from: text) else {
            throw .invalidAnswer(.stamp)
        }
        let assertion = try stamp.read()
        let challenge = PasskeyChallenge.bytes(for: body)
        try ClientData.checkAnswer(assertion.clientDataJson, .get, challenge: challenge, origin: origin)
        return StampedLogin(body: body, stamp: StampHeader(webAuthn: assertion))
    }

    private static let base58 = Set("123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz".utf8)

    private func checkNames(_ names: String...) throws(LoginPageError) {
        guard Set(fields.keys) == Set(names + ["state"]) else { throw .invalidAnswer(.form) }
    }

    private func readSeconds(_ text: String?, _ request: LoginRequest) throws(LoginPageError) -> Int {
        guard let text, let seconds = Int(spelled: text), (1...request.expirationSeconds).contains(seconds)
        else { throw .invalidAnswer(.expirationSeconds) }
        return seconds
    }
}
