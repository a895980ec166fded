// SPDX-License-Identifier: Apache-2.0
import StampClient

/// Stamps a payload with the session `default`: send exactly these bytes, with this header.
func stampExample(payload: String) async throws(StampError) -> (name: String, value: String) {
    let stamp = try await StampClient().stamp(payload: payload)
    return (stamp.stampHeaderName, stamp.stampHeaderValue)
}
