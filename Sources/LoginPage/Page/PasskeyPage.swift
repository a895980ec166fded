// SPDX-License-Identifier: Apache-2.0
import Crypto
import Foundation

/// The one page file, and what it takes to serve it.
enum PasskeyPage {
    /// The file as a site hosts it: Page/passkey.html, compiled in.
    static let file = String(decoding: PackageResources.passkey_html, as: UTF8.self)

    private static let opening = #"<script type="application/json" id="constants">"#

    /// The page with `constants` as its constants.
    static func make(_ constants: some Encodable) -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        guard let json = try? encoder.encode(constants), let start = file.range(of: opening),
            let end = file.range(of: "</script>", range: start.upperBound..<file.endIndex)
        else { preconditionFailure("the page that is compiled in has no constants") }
        // A "<" could end the block; inside JSON it stands in strings alone.
        let text = String(decoding: json, as: UTF8.self).replacing("<", with: #"\u003c"#)
        return file.replacingCharacters(in: start.upperBound..<end.lowerBound, with: text)
    }

    /// What the page may do where this process serves it: run its own script, and post to where it came from.
    static let contentSecurityPolicy =
        "default-src 'none'; script-src '\(hash(of: "script"))'; style-src '\(hash(of: "style"))'; connect-src 'self'; "
        + "form-action 'none'; base-uri 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; "
        + "trusted-types 'none'"

    /// `sha256-…` of the one inline element of this name (CSP Level 3, §2.3.1).
    static func hash(of tag: String) -> String {
        guard let start = file.range(of: "<\(tag)>"), let end = file.range(of: "</\(tag)>", options: .backwards) else {
            return ""
        }
        let digest = SHA256.hash(data: Data(file[start.upperBound..<end.lowerBound].utf8))
        return "sha256-" + Data(digest).base64EncodedString()
    }
}
