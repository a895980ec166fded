// SPDX-License-Identifier: Apache-2.0
import StampClient

/// What to do when a stamp is refused: the error says it, no text needs to be read.
func errorsExample(payload: String) async -> String {
    do throws(StampError) {
        return try await StampClient().stamp(payload: payload).stampHeaderValue
    } catch {
        switch error.fallback {
        case .passkey: return "ask the user for an approval"
        case .retry: return "try again later"
        case .never: return "give up: \(error.message)"
        }
    }
}
