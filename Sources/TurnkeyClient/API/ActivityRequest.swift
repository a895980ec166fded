// SPDX-License-Identifier: Apache-2.0
import Foundation

/// The body of a submission.
struct ActivityRequest<Parameters: Encodable>: Encodable {
    let type: String
    /// Milliseconds since 1970, in decimal digits: the API expects int64 as text.
    let timestampMs: String
    let organizationId: String
    let parameters: Parameters

    init(type: String, organizationId: String, parameters: Parameters, at now: Date = Date()) {
        self.type = type
        timestampMs = String(Int64(saturating: now.timeIntervalSince1970 * 1_000))
        self.organizationId = organizationId
        self.parameters = parameters
    }
}
