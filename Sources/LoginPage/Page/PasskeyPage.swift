// SPDX-License-Identifier: Apache-2.0
import Crypto
import Foundation

/// The file of the login page, and how to serve it.
enum PasskeyPage {
    /// The file as a site hosts it: Page/passkey.html, compiled in.
    static let file = String(decoding: PackageResources.passkey_html, as: UTF8.self)

    private static let opening = #"<script type="application/json" id="constants">"#

    /// Returns the page with `constants` filled in.
    static func make(_ constants: some Encodable) -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        guard let json = try? encoder.encode(constants), let start = file.range(of: opening),
            let end = file.range(of: "</script>", range: start.upperBound..<file.endIndex)
        else { preconditionFailure("the page that is compiled in has no constants") }
        // A "<" could end the script; in JSON it only occurs in strings, where it can be escaped.
        let text = String(decoding: json, as: UTF8.self).replacing("<", with: #"\u003c"#)
        return file.replacingCharacters(in: start.upperBound..<end.lowerBound, with: text)
    }

    /// The policy of a page that this process serves: it may run its own script, and post to its origin.
    static let contentSecurityPolicy =
        "default-src 'none'; script-src '\(hash(of: "script"))'; style-src '\(hash(of: "style"))'; connect-src 'self'; "
        + "form-action 'none'; base-uri 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; "
        + "trusted-types 'none'"

    /// Returns `sha256-…` of the page's only inline element of this name (CSP Level 3, §2.3.1).
    static func hash(of tag: String) -> String {
        guard let start = file.range(of: "<\(tag)>"), let end = file.range(of: "</\(tag)>", options: .backwards) else {
            return ""
        }
        let digest = SHA256.hash(data: Data(file[start.upperBound..<end.lowerBound].utf8))
        return "sha256-" + Data(digest).base64EncodedString()
    }
}
