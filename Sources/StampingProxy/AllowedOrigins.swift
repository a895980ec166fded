// SPDX-License-Identifier: Apache-2.0
import HTTPTypes

/// The origins whose pages may send requests to the proxy and read its answers (Fetch Standard, §3.2). Origins are
/// compared character by character.
package struct AllowedOrigins: Sendable {
    private let origins: Set<String>

    /// Creates the list.
    package init(_ origins: [String] = []) {
        self.origins = Set(origins)
    }

    /// Returns the request's origin, if it is one of these.
    func find(in fields: HTTPFields) -> String? {
        let found = fields[values: .origin]
        return found.count == 1 && origins.contains(found[0]) ? found[0] : nil
    }

    /// Whether the request may be answered: it is not made by a page, or by an allowed one.
    func includes(_ fields: HTTPFields) -> Bool { fields[values: .origin].isEmpty || find(in: fields) != nil }

    /// The answer to a page's preflight request.
    static let preflight: HTTPFields = [
        .accessControlAllowMethods: "POST",
        .accessControlAllowHeaders: "Content-Type, X-Client-Version, X-Stamp",
        .accessControlMaxAge: "600",
    ]

    /// The fields that every answer to this origin has.
    static func fields(for origin: String) -> HTTPFields {
        [
            .accessControlAllowOrigin: origin, .accessControlExposeHeaders: "Retry-After, Stampd-Fallback",
            .vary: "Origin",
        ]
    }
}
