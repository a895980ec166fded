// SPDX-License-Identifier: Apache-2.0

/// Does `work` to its end, also where whoever asks for it is cancelled: half of it would be worse than all of it.
func uncancelled<Value: Sendable>(
    _ work: @escaping @Sendable () async throws(TurnkeyError) -> Value
) async throws(TurnkeyError) -> Value {
    let result = await Task { () async -> Result<Value, TurnkeyError> in
        do throws(TurnkeyError) { return .success(try await work()) } catch { return .failure(error) }
    }.value
    return try result.get()
}
