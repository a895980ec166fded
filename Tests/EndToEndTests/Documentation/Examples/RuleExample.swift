// SPDX-License-Identifier: Apache-2.0
import StampClient

/// Has a payment stamped where a human may be asked, and says why it was not.
func payExample(_ payload: String) async throws(StampError) -> String? {
    let client = StampClient(socket: "stamp-agent")
    do throws(StampError) {
        return try await client.stamp(payload: payload, patience: .seconds(120)).stampHeaderValue
    } catch .payloadDenied(let denial) {
        print(denial.reason.text, denial.id ?? "no rule", denial.at ?? "", denial.retryAfterMilliseconds ?? 0)
        for step in try await client.explain(payload: payload).steps where step.outcome == .failed {
            print(step.id, step.reason?.text ?? "", step.at ?? "")
        }
        return nil
    }
}
