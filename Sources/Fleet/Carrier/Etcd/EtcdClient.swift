// SPDX-License-Identifier: Apache-2.0
import FoundationEssentials
import StampClient
import Synchronization

/// Sends calls to a cluster: to one of its members, to the next where that one does not answer, with a token where there is a
/// user.
final class EtcdClient: Sendable {
    /// The limit of an answer without documents: half as much again as the longest one, an error of etcd's.
    static let shortAnswerBytes = 16 << 10

    private let endpoints: [EtcdEndpoint]
    private let user: CarrierAccess.User?
    private let transport: EtcdTransport
    private let tokens = EtcdTokens()
    /// The index of the end point that answered last. It begins at random, so that a fleet's clients do not all begin with one.
    private let current: Mutex<Int>

    init(_ endpoints: [EtcdEndpoint], _ access: CarrierAccess) throws(CarrierFault) {
        guard !endpoints.isEmpty else { throw .unreachable(detail: "no end point is named") }
        (self.endpoints, user) = (endpoints, access.user)
        transport = try EtcdTransport(access, isSecure: endpoints.contains(where: \.isSecure))
        current = Mutex(Int.random(in: endpoints.indices))
    }

    /// Sends a request, and returns its answer. Where a member does not answer, the request is sent to the next one: every
    /// request here may be carried out twice.
    func call<Answer: Decodable>(
        _ request: EtcdRequest,
        _ type: Answer.Type,
        limitBytes: Int = EtcdClient.shortAnswerBytes
    ) async throws(EtcdFault) -> Answer {
        try await attempt { (endpoint, token) throws(EtcdFault) in
            try await self.send(request, type, endpoint, token, limitBytes: limitBytes)
        }
    }

    /// Why a watch that had begun ended.
    enum WatchEnd: Sendable {
        /// `take` returned false.
        case finished
        /// Its life is over, or the member ended it.
        case over
        /// The member went away, or lost the others.
        case broken(reason: String)
    }

    /// Watches, and calls `take` with each answer until `take` returns false. A watch that has begun at one member does not
    /// continue at another here: the caller knows from which revision to go on.
    ///
    /// - Throws: also `.compacted`, where the watch was to begin at a revision that is no longer there.
    func watch(
        _ request: EtcdRequest,
        lineLimitBytes: Int,
        life: Duration,
        take: @escaping @Sendable (EtcdWatchAnswer) async throws(EtcdFault) -> Bool
    ) async throws(EtcdFault) -> WatchEnd {
        let end = try await attempt { (endpoint, token) throws(EtcdFault) -> WatchEnd in
            let progress = WatchProgress()
            do throws(EtcdFault) {
                try await self.transport.stream(
                    request,
                    to: endpoint,
                    token: token,
                    lineLimitBytes: lineLimitBytes,
                    life: life
                ) { line throws(EtcdFault) in
                    let answer = try Self.readWatch(line)
                    progress.hasBegun.store(true, ordering: .relaxed)
                    guard try await take(answer) else {
                        progress.isFinished.store(true, ordering: .relaxed)
                        return false
                    }
                    return true
                }
            } catch .away(let reason) where progress.hasBegun.load(ordering: .relaxed) {
                return .broken(reason: reason)
            }
            return progress.isFinished.load(ordering: .relaxed) ? .finished : .over
        }
        // The next watch begins at another member: this one is down, or ends watches.
        if case .finished = end { return end }
        current.withLock { $0 = ($0 + 1) % endpoints.count }
        return end
    }

    private final class WatchProgress: Sendable {
        let hasBegun = Atomic(false)
        let isFinished = Atomic(false)
    }

    private static func readWatch(_ line: [UInt8]) throws(EtcdFault) -> EtcdWatchAnswer {
        let line = try decode(EtcdWatchLine.self, line)
        if let error = line.error {
            throw EtcdFault(code: error.grpcCode ?? error.code ?? -1, message: error.message ?? "")
        }
        guard let answer = line.result else { throw .malformed(detail: "a line of a watch without a result") }
        guard answer.canceled ?? false else { return answer }
        guard (answer.compactRevision?.value ?? 0) == 0 else { throw .compacted }
        // A watch reports as a text what a unary call answers as an error.
        throw EtcdFault(cancelReason: answer.cancelReason ?? "")
    }

    /// Tries each member once, beginning with the one that answered last. A member that refuses the token is tried with a new
    /// one.
    private func attempt<Result>(
        _ body: (EtcdEndpoint, String?) async throws(EtcdFault) -> Result
    ) async throws(EtcdFault) -> Result {
        let first = current.withLock { $0 }
        var reasons: [String] = []
        for turn in endpoints.indices {
            let index = (first + turn) % endpoints.count
            do throws(EtcdFault) {
                let result = try await authenticated(endpoints[index], body)
                current.withLock { $0 = index }
                return result
            } catch .away(let reason) {
                if !reasons.contains(reason) { reasons.append(reason) }
                // The next call begins at the next member, even where this call has no turn left.
                current.withLock { $0 = (index + 1) % endpoints.count }
            }
        }
        throw .away(reason: reasons.joined(separator: "; "))
    }

    private func authenticated<Result>(
        _ endpoint: EtcdEndpoint,
        _ body: (EtcdEndpoint, String?) async throws(EtcdFault) -> Result
    ) async throws(EtcdFault) -> Result {
        guard let user else {
            do throws(EtcdFault) { return try await body(endpoint, nil) } catch .tokenRefused {
                throw .denied(message: "it wants a user, and none was given")
            }
        }
        let token = try await getToken(user, endpoint, insteadOf: nil)
        do throws(EtcdFault) { return try await body(endpoint, token) } catch .tokenRefused {
            let fresh = try await getToken(user, endpoint, insteadOf: token)
            do throws(EtcdFault) { return try await body(endpoint, fresh) } catch .tokenRefused {
                throw .away(reason: "\(endpoint) refuses the token that was just given out")
            }
        }
    }

    private func getToken(
        _ user: CarrierAccess.User,
        _ endpoint: EtcdEndpoint,
        insteadOf refused: String?
    ) async throws(EtcdFault) -> String {
        try await tokens.get(insteadOf: refused) { () throws(EtcdFault) in
            let token = try await self.send(
                .authenticate(user),
                EtcdTokenAnswer.self,
                endpoint,
                nil,
                limitBytes: Self.shortAnswerBytes,
                within: EtcdTransport.authenticationPatience
            ).token
            // The token goes into a header: it has no line end, and is short.
            guard (1...4_096).contains(token.utf8.count), token.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
                throw .malformed(detail: "a token that is none")
            }
            return token
        }
    }

    private func send<Answer: Decodable>(
        _ request: EtcdRequest,
        _ type: Answer.Type,
        _ endpoint: EtcdEndpoint,
        _ token: String?,
        limitBytes: Int,
        within patience: Duration = EtcdTransport.patience
    ) async throws(EtcdFault) -> Answer {
        let answer = try await transport.post(
            request,
            to: endpoint,
            token: token,
            limitBytes: limitBytes,
            within: patience
        )
        guard answer.status == 200 else { throw EtcdFault(status: answer.status, body: answer.body) }
        return try Self.decode(type, answer.body)
    }

    private static func decode<Answer: Decodable>(_ type: Answer.Type, _ bytes: [UInt8]) throws(EtcdFault) -> Answer {
        do throws(StrictJSONError) {
            return try StrictJSON.decode(type, from: Data(bytes))
        } catch {
            throw .malformed(detail: error.detail ?? "an answer that lacks a member, or has one of another type")
        }
    }
}
