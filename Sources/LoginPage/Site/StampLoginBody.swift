// SPDX-License-Identifier: Apache-2.0
import Foundation

/// The body of a stamp_login that a site's page signed, read to be rebuilt.
///
/// Rebuilt from what was asked, it must be the same bytes: then it holds nothing besides, whatever parser reads it.
struct StampLoginBody: Decodable {
    private struct Parameters: Decodable {
        let publicKey: String
        let expirationSeconds: String
    }

    private let type: String
    private let timestampMs: String
    private let organizationId: String
    private let parameters: Parameters

    private static let activityType = "ACTIVITY_TYPE_STAMP_LOGIN"
    /// The browser's clock may be another machine's; the API takes five minutes from the future.
    private static let clockTolerance: TimeInterval = 300

    /// - Returns: The seconds that it asks for, at least 1 and no more than wished.
    /// - Throws: `.invalidAnswer` with the first thing that is not as asked.
    static func check(_ bytes: Data, _ request: SiteRequest, now: Date) throws(LoginPageError) -> Int {
        guard let body = try? JSONDecoder().decode(StampLoginBody.self, from: bytes), body.type == activityType else {
            throw .invalidAnswer(.body)
        }
        guard body.organizationId == request.organizationId else { throw .invalidAnswer(.organizationId) }
        guard body.parameters.publicKey == request.publicKey else { throw .invalidAnswer(.publicKey) }
        guard let seconds = Int(body.parameters.expirationSeconds),
            (1...request.expirationSeconds).contains(seconds)
        else { throw .invalidAnswer(.expirationSeconds) }
        guard let milliseconds = Int64(body.timestampMs),
            abs(Double(milliseconds) / 1_000 - now.timeIntervalSince1970) <= clockTolerance
        else { throw .invalidAnswer(.timestamp) }
        guard bytes == rebuild(request, seconds: seconds, milliseconds: milliseconds) else {
            throw .invalidAnswer(.body)
        }
        return seconds
    }

    /// Identifiers and keys are of closed alphabets: nothing needs escaping.
    private static func rebuild(_ request: SiteRequest, seconds: Int, milliseconds: Int64) -> Data {
        Data(
            (#"{"type":"\#(activityType)","timestampMs":"\#(milliseconds)","#
                + #""organizationId":"\#(request.organizationId)","parameters":{"#
                + #""publicKey":"\#(request.publicKey)","expirationSeconds":"\#(seconds)"}}"#).utf8
        )
    }
}
