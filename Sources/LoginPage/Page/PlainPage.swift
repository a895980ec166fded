// SPDX-License-Identifier: Apache-2.0
import Crypto
import Foundation

/// A page with a heading and a sentence, without a script.
struct PlainPage {
    let title: String
    let sentence: String

    private static let style =
        ":root{color-scheme:light dark}body{margin:0;min-height:100vh;display:flex;align-items:center;"
        + "justify-content:center;font:1rem/1.5 system-ui,sans-serif;background:light-dark(#eef1f5,#0e1116);"
        + "color:light-dark(#16191d,#eceff3)}main{max-width:33rem;margin:1.25rem;padding:1.75rem;border-radius:14px;"
        + "border:1px solid light-dark(#d9dfe7,#2e3540);background:light-dark(#fff,#181c23)}h1{font-size:1.4rem;margin:0}"
        + "p{margin:.6rem 0 0}"

    var html: String {
        """
        <!doctype html>
        <html lang="en"><head><meta charset="utf-8"><title>\(title)</title>
        <meta name="viewport" content="width=device-width, initial-scale=1"><style>\(Self.style)</style></head>
        <body><main><h1>\(title)</h1><p role="status" id="status">\(sentence)</p></main></body></html>

        """
    }

    static let contentSecurityPolicy: String = {
        let hash = Data(SHA256.hash(data: Data(style.utf8))).base64EncodedString()
        return
            "default-src 'none'; style-src 'sha256-\(hash)'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'"
    }()

    static let used = PlainPage(
        title: "This page was opened before",
        sentence:
            "It works once. If it was not you who opened it, decline in your terminal; else run the command again."
    )
    static let over = PlainPage(
        title: "This is over",
        sentence: "The answer was given already. You can close this page."
    )
    static let notFound = PlainPage(title: "Nothing here", sentence: "Open the address that your terminal shows.")
    static let refused = PlainPage(
        title: "Refused",
        sentence: "This request does not come from the page that was asked."
    )
    static let wrongMethod = PlainPage(title: "Refused", sentence: "This address is not used in this way.")
    static let tooLarge = PlainPage(title: "Refused", sentence: "This answer is larger than any that is expected.")
    static let handedOver = PlainPage(
        title: "Handed over",
        sentence: "You can close this page and go back to your terminal."
    )
}
