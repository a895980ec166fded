// SPDX-License-Identifier: Apache-2.0
import Foundation
import TurnkeyClient

/// Where a site hosts its login page.
struct SiteAddress: Sendable {
    let url: String
    /// `scheme://host`, with a port where it is not the scheme's own.
    let origin: String

    /// - Throws: `.invalidSiteURL` for anything but https, or http to `localhost` or a name under it; for a user, a query
    ///   and a fragment.
    init(_ url: String) throws(LoginPageError) {
        // As a browser spells it in an origin: in ASCII, an IPv6 address in brackets.
        guard let parts = URLComponents(string: url), let host = parts.encodedHost?.lowercased(), !host.isEmpty,
            !host.contains("%"), let spelled = parts.string,
            // What is invisible is part of no address, though a lenient reader would encode it.
            url.unicodeScalars.allSatisfy({ $0.value > 0x20 && $0.properties.generalCategory != .control }),
            parts.user == nil, parts.password == nil, parts.query == nil, parts.fragment == nil, hasUsablePort(url),
            let scheme = parts.scheme?.lowercased(),
            scheme == "https" || scheme == "http" && (host == "localhost" || host.hasSuffix(".localhost"))
        else { throw .invalidSiteURL(withoutPassword(url)) }
        let isDefault = parts.port == nil || parts.port == (scheme == "https" ? 443 : 80)
        self.url = spelled
        origin = "\(scheme)://\(host)" + (isDefault ? "" : ":\(parts.port ?? 0)")
    }

    /// The page's address with what it is asked for in the fragment, which no browser sends to the site.
    ///
    /// Everything in it is of a closed alphabet: nothing needs escaping.
    func link(to request: SiteRequest, _ mode: SiteMode, state: OneTimeSecret, port: Int?) -> String {
        var fields = [
            "mode=\(mode.rawValue)", "key=\(request.publicKey)", "state=\(state.text)",
            "seconds=\(request.expirationSeconds)", "organization=\(request.organizationId)",
        ]
        if let userId = request.userId, mode == .bundle { fields.append("user=\(userId)") }
        fields.append(port.map { "port=\($0)" } ?? "paste=1")
        return "\(url)#\(fields.joined(separator: "&"))"
    }
}
