// SPDX-License-Identifier: Apache-2.0
import StampClient

/// Says when a session is about to end, until the frame goes away.
func eventsExample() async throws {
    for try await event in try await StampClient().monitor() {
        guard event.kind == .sessionExpiring, let session = event.session else { continue }
        print("\(session) ends in \((event.expiresInMilliseconds ?? 0) / 1000) s")
    }
}
