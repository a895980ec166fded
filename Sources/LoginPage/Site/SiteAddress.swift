// SPDX-License-Identifier: Apache-2.0
import Foundation
import Passkeys

/// The address at which a site hosts its login page.
struct SiteAddress: Sendable {
    let url: String
    /// `scheme://host`, with a port unless it is the scheme's default.
    let origin: String

    /// Reads a URL.
    ///
    /// - Throws: `.invalidSiteURL` unless it is https, or http to `localhost` or a name under it; also for a user, a
    ///   query or a fragment.
    init(_ url: String) throws(LoginPageError) {
        // As a browser spells it in an origin: in ASCII, an IPv6 address in brackets.
        guard let parts = URLComponents(string: url), let host = parts.encodedHost?.lowercased(), !host.isEmpty,
            !host.contains("%"), let spelled = parts.string,
            // Invisible characters are refused, though a lenient reader would encode them.
            url.unicodeScalars.allSatisfy({ $0.value > 0x20 && $0.properties.generalCategory != .control }),
            parts.user == nil, parts.password == nil, parts.query == nil, parts.fragment == nil, hasUsablePort(url),
            let scheme = parts.scheme?.lowercased(),
            scheme == "https" || scheme == "http" && (host == "localhost" || host.hasSuffix(".localhost"))
        else { throw .invalidSiteURL(withoutPassword(url)) }
        let isDefault = parts.port == nil || parts.port == (scheme == "https" ? 443 : 80)
        self.url = spelled
        origin = "\(scheme)://\(host)" + (isDefault ? "" : ":\(parts.port ?? 0)")
    }

    /// Returns the page's address with the request in its fragment, which browsers do not send to the site.
    ///
    /// All values come from closed alphabets, so none needs escaping.
    func link(to request: LoginRequest, _ mode: SiteMode, state: OneTimeSecret, port: Int?) -> String {
        var fields = [
            "mode=\(mode.rawValue)", "key=\(request.publicKey)", "state=\(state.text)",
            "seconds=\(request.expirationSeconds)", "organization=\(request.organizationId)",
        ]
        if let userId = request.userId, mode == .bundle { fields.append("user=\(userId)") }
        fields.append(port.map { "port=\($0)" } ?? "paste=1")
        return "\(url)#\(fields.joined(separator: "&"))"
    }
}
