// SPDX-License-Identifier: Apache-2.0
import Foundation
import NIOHTTP1
import StampClient
import TurnkeyClient

extension HTTPAnswer {
    private static let passed: Set<String> = ["content-type", "retry-after"]

    /// The header fields that a client of the API reads.
    var passedFields: [(name: String, value: String)] {
        headers.filter { Self.passed.contains($0.name.lowercased()) || $0.name.lowercased().hasPrefix("ratelimit-") }
    }

    /// Whether the answer is one JSON object with the status of a success or an error, as the API answers. A redirect,
    /// a page, or a body in a content coding that was not asked for is not.
    var isOfAPI: Bool {
        let types = headers["Content-Type"].map { $0.prefix { $0 != ";" }.trimmingCharacters(in: .whitespaces) }
        let codings = headers["Content-Encoding"] + headers[canonicalForm: "Transfer-Encoding"].map(String.init)
        return (status == 200 || (400..<600).contains(status)) && types.map { $0.lowercased() } == ["application/json"]
            && codings.allSatisfy { ["identity", "chunked"].contains($0.lowercased()) }
            && (try? StrictJSON(object: body)) != nil
    }

    /// Whether the part of the answer that is passed on contains the stamp, which a server other than the API might
    /// echo.
    func repeats(_ stamp: StampHeader) -> Bool {
        body.range(of: Data(stamp.value.utf8)) != nil || passedFields.contains { $0.value.contains(stamp.value) }
    }
}
