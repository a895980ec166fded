// SPDX-License-Identifier: Apache-2.0
import HTTPTypes
import HummingbirdCore
import NIOCore

extension Response {
    /// Creates a page that caches do not keep, that other pages can neither frame nor read, and that sends no referrer.
    static func page(_ html: String, policy: String, status: HTTPResponse.Status = .ok) -> Response {
        var headers: HTTPFields = [
            .contentType: "text/html; charset=utf-8",
            .cacheControl: "no-store",
            .contentSecurityPolicy: policy,
            .xContentTypeOptions: "nosniff",
            .connection: "close",
        ]
        headers[.referrerPolicy] = "no-referrer"
        headers[.frameOptions] = "DENY"
        headers[.openerPolicy] = "same-origin"
        headers[.resourcePolicy] = "same-origin"
        return Response(status: status, headers: headers, body: ResponseBody(byteBuffer: ByteBuffer(string: html)))
    }

    static func plain(_ page: PlainPage, status: HTTPResponse.Status) -> Response {
        .page(page.html, policy: PlainPage.contentSecurityPolicy, status: status)
    }
}

extension HTTPField.Name {
    fileprivate static let referrerPolicy = name("Referrer-Policy")
    fileprivate static let frameOptions = name("X-Frame-Options")
    fileprivate static let openerPolicy = name("Cross-Origin-Opener-Policy")
    fileprivate static let resourcePolicy = name("Cross-Origin-Resource-Policy")
    static let fetchSite = name("Sec-Fetch-Site")

    private static func name(_ text: String) -> HTTPField.Name {
        guard let name = HTTPField.Name(text) else { preconditionFailure("a header's name has a bad character") }
        return name
    }
}
