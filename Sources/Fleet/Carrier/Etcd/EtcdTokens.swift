// SPDX-License-Identifier: Apache-2.0

/// Holds the token by which a cluster knows a user. It is asked for once for all calls that wait for it, and again when it is
/// refused.
actor EtcdTokens {
    typealias Authenticate = @Sendable () async throws(EtcdFault) -> String

    private var token: String?
    private var isAsking = false
    private var waiting: [CheckedContinuation<Void, Never>] = []

    /// Returns the token, which `authenticate` asks for where there is none, or only `refused`.
    func get(insteadOf refused: String?, _ authenticate: Authenticate) async throws(EtcdFault) -> String {
        while isAsking { await withCheckedContinuation { waiting.append($0) } }
        if let token, token != refused { return token }
        isAsking = true
        defer {
            isAsking = false
            let all = waiting
            waiting = []
            for one in all { one.resume() }
        }
        let fresh = try await authenticate()
        token = fresh
        return fresh
    }
}
