// SPDX-License-Identifier: Apache-2.0
import Foundation
import Passkeys

/// The body of a stamp_login that a site's page signed, read so that it can be rebuilt.
///
/// Rebuilt from the request, it must have the same bytes. Then it holds nothing else, whatever parser reads it.
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
    /// The browser's clock may be another machine's; the API takes times up to five minutes in the future.
    private static let clockTolerance: TimeInterval = 300

    /// Checks a signed body against the request.
    ///
    /// - Throws: `.invalidAnswer` with the first fault.
    static func check(_ bytes: Data, _ request: LoginRequest, now: Date) throws(LoginPageError) {
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
    }

    /// Builds the body anew. Identifiers and keys have closed alphabets, so none needs escaping.
    private static func rebuild(_ request: LoginRequest, seconds: Int, milliseconds: Int64) -> Data {
        Data(
            (#"{"type":"\#(activityType)","timestampMs":"\#(milliseconds)","#
                + #""organizationId":"\#(request.organizationId)","parameters":{"#
                + #""publicKey":"\#(request.publicKey)","expirationSeconds":"\#(seconds)"}}"#).utf8
        )
    }
}
