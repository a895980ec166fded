// SPDX-License-Identifier: Apache-2.0

/// Runs `work` to its end even if the calling task is cancelled, for work that must not stop halfway.
func uncancelled<Value: Sendable>(
    _ work: @escaping @Sendable () async throws(TurnkeyError) -> Value
) async throws(TurnkeyError) -> Value {
    let result = await Task { () async -> Result<Value, TurnkeyError> in
        do throws(TurnkeyError) { return .success(try await work()) } catch { return .failure(error) }
    }.value
    return try result.get()
}
