// SPDX-License-Identifier: Apache-2.0
public import Foundation
import Logging
package import StampClient

/// Turnkey's API, with each request stamped by one stamper.
///
/// A body is serialised once: the bytes that are stamped are the bytes that are sent.
public struct APIClient: Sendable {
    public let organizationId: String
    let stamper: any Stamper
    /// Stamps what makes or ends credentials, or says who may do what: keys, passkeys, sessions, users, organizations, votes.
    let credentialStamper: any Stamper
    let connection: APIConnection

    /// `credentialStamper`: `stamper` where absent.
    init(
        organizationId: String,
        stamper: any Stamper,
        credentialStamper: (any Stamper)? = nil,
        connection: APIConnection
    ) {
        self.organizationId = organizationId
        self.stamper = stamper
        self.credentialStamper = credentialStamper ?? stamper
        self.connection = connection
    }

    /// The same stampers and API, for another organization's bodies.
    public func inOrganization(_ organizationId: String) -> APIClient {
        APIClient(
            organizationId: organizationId,
            stamper: stamper,
            credentialStamper: credentialStamper,
            connection: connection
        )
    }

    /// POSTs `body` to a query such as `whoami`, and answers what the API answers, byte for byte.
    ///
    /// `body` is JSON in UTF-8; it is stamped and sent as it is.
    /// - Throws: `.api` for a refusal, after a rejected key was reported to the stamper; what kept it from being stamped,
    ///   sent or answered.
    public func query(_ path: String, body: Data) async throws(TurnkeyError) -> Data {
        try await answer(to: path, body: body).text
    }

    /// As `query`, for who reads the answer: each byte of it has been looked at.
    package func answer(to path: String, body: Data) async throws(TurnkeyError) -> StrictJSON {
        try await send(EndPoint(.query, path), body, stampedBy: stamper)
    }

    /// POSTs `body` to a submission such as `create_api_keys`, and follows the activity until it is completed.
    ///
    /// - Throws: as `query`; `.activityNotCompleted`, `.activityNeedsApproval`; `.activityPending` where it took longer
    ///   than is waited, whatever happened to a poll. With a stamper that prompts nothing is polled: a pending activity is
    ///   then `.activityPending` at once.
    public func submit(_ path: String, body: Data) async throws(TurnkeyError) -> Activity {
        try await submit(path, body: body, stampedBy: stamper)
    }

    /// As `submit`, of what makes or ends credentials, or says who may do what.
    func submitCredentials(_ path: String, body: Data) async throws(TurnkeyError) -> Activity {
        try await submit(path, body: body, stampedBy: credentialStamper)
    }

    private func submit(
        _ path: String,
        body: Data,
        stampedBy stamper: any Stamper
    ) async throws(TurnkeyError) -> Activity {
        let activity = try await Activity(send(EndPoint(.submit, path), body, stampedBy: stamper))
        guard activity.isPending else { return try completed(activity) }
        guard !stamper.promptsUser else { throw .activityPending(activity, cause: nil) }
        return try await follow(activity, stampedBy: stamper, isRegistering: false)
    }

    /// Looks at an activity, and follows it until it is completed; also one that waits for somebody's approval.
    ///
    /// `limit` is how long it is followed; where absent, as long as a submission is. A stamper that prompts looks once.
    /// - Throws: as `submit`; what kept it from being looked at, where it never was.
    public func waitForActivity(_ activityId: String, limit: Duration? = nil) async throws(TurnkeyError) -> Activity {
        var polling = connection.polling
        if let limit { polling.limit = limit }
        if stamper.promptsUser { polling.limit = .zero }
        let query = ActivityQuery(organizationId: organizationId, activityId: activityId)
        return try await follow(query, nil, stampedBy: stamper, isRegistering: false, polling, throughApproval: true)
    }
}

extension APIClient {
    /// As `submitCredentials`, without waiting for the end.
    func begin(_ path: String, body: Data) async throws(TurnkeyError) -> Activity {
        try await Activity(send(EndPoint(.submit, path), body, stampedBy: credentialStamper))
    }

    /// Polls until the activity has ended. While `stamper`'s own key `isRegistering`, that the API does not know it
    /// says that the activity is still pending.
    ///
    /// The submission is accepted, so nothing that happens to a poll is the outcome: an answer that says "later", one that
    /// is none, and a connection that breaks are gone over. What no later poll can mend ends it, and is the cause of
    /// `.activityPending`.
    func follow(
        _ pending: Activity,
        stampedBy stamper: any Stamper,
        isRegistering: Bool
    ) async throws(TurnkeyError) -> Activity {
        let query = ActivityQuery(organizationId: pending.organizationId, activityId: pending.id)
        return try await follow(
            query,
            pending,
            stampedBy: stamper,
            isRegistering: isRegistering,
            connection.polling,
            throughApproval: false
        )
    }

    /// `known`: what is known of the activity; where nothing is, it is looked at now.
    private func follow(
        _ query: ActivityQuery,
        _ known: Activity?,
        stampedBy stamper: any Stamper,
        isRegistering: Bool,
        _ polling: ActivityPolling,
        throughApproval: Bool
    ) async throws(TurnkeyError) -> Activity {
        let end = ContinuousClock.now + polling.limit
        let body = try Self.makeBody(query)
        var schedule = PollSchedule(polling, until: end)
        var (last, cause) = (known, TurnkeyError?.none)
        var pause = known == nil ? .zero : schedule.pauseAfterAnswer(at: .now)
        while let length = pause {
            guard (try? await Task.sleep(for: length, clock: .continuous)) != nil else { throw .cancelled }
            let poll = await poll(query.activityId, body, stampedBy: stamper, until: end)
            switch poll.result {
            case .success(let activity):
                (last, cause) = (activity, nil)
                guard activity.isPending || (throughApproval && activity.needsApproval) else {
                    return try completed(activity)
                }
                pause = schedule.pauseAfterAnswer(at: .now)
            case .failure(.unknownKey(_, let error)) where isRegistering && error.kind == .publicKeyNotFound:
                pause = schedule.pauseAfterAnswer(at: .now)
            case .failure(.cancelled): throw .cancelled
            case .failure(let error):
                cause = error
                guard error.isAccident else { throw Self.unfinished(last, cause: error) }
                pause = schedule.pauseAfterAccident(
                    at: .now,
                    retryAfter: poll.retryAfter,
                    jitter: Double.random(in: 0...1)
                )
            }
        }
        throw Self.unfinished(last, cause: cause)
    }

    /// An activity that was never seen is none to go on with: what kept it from being looked at is all that is known.
    private static func unfinished(_ last: Activity?, cause: TurnkeyError?) -> TurnkeyError {
        guard let last else { return cause ?? .cancelled }
        return last.needsApproval ? .activityNeedsApproval(last) : .activityPending(last, cause: cause)
    }

    private func poll(
        _ activityId: String,
        _ body: Data,
        stampedBy stamper: any Stamper,
        until end: ContinuousClock.Instant
    ) async -> (result: Result<Activity, TurnkeyError>, retryAfter: Duration?) {
        var retryAfter: Duration?
        do throws(TurnkeyError) {
            let header = try await stamper.stamp(body)
            let left = max(.seconds(1), end - .now)
            let path = try EndPoint(.query, "get_activity").path
            let answer = try await connection.transport.post(path, body, header, within: left)
            retryAfter = answer.retryAfter
            let activity = try Activity(try await read(answer, to: body, header, stampedBy: stamper))
            guard activity.id == activityId else {
                throw .unexpectedAnswer(httpStatus: answer.status, detail: "another activity")
            }
            return (.success(activity), retryAfter)
        } catch {
            return (.failure(error), retryAfter)
        }
    }

    func completed(_ activity: Activity) throws(TurnkeyError) -> Activity {
        try activity.checkCompleted()
        return activity
    }

    static func makeBody(_ value: some Encodable) throws(TurnkeyError) -> Data {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .withoutEscapingSlashes
        guard let body = try? encoder.encode(value) else { throw .bodyNotText }
        return body
    }

    static func read<Answer: Decodable>(_ type: Answer.Type, from answer: StrictJSON) throws(TurnkeyError) -> Answer {
        guard let value = try? answer.decode(type) else {
            throw .unexpectedAnswer(httpStatus: 200, detail: "no \(type)")
        }
        return value
    }

    private func send(
        _ endPoint: EndPoint,
        _ body: Data,
        stampedBy stamper: any Stamper
    ) async throws(TurnkeyError) -> StrictJSON {
        let header = try await stamper.stamp(body)
        let answer = try await connection.transport.post(endPoint.path, body, header)
        return try await read(answer, to: body, header, stampedBy: stamper)
    }

    /// Reads what was answered to `body`.
    ///
    /// A refused key is a session that is over where the organization that was asked is known to be the key's own: the
    /// stamper says so, from what its frame or the store has. Any other organization says only that the key is none of
    /// its own, and nothing is ended or forgotten, and nobody is asked.
    private func read(
        _ answer: HTTPAnswer,
        to body: Data,
        _ header: StampHeader,
        stampedBy stamper: any Stamper
    ) async throws(TurnkeyError) -> StrictJSON {
        do throws(TurnkeyError) {
            return try answer.read()
        } catch .api(let error) where error.isKeyRejection {
            // Empty, so nobody's, for a body that names none, or two.
            let asked = (try? StrictJSON.decode(OrganizationMember.self, from: body).organizationId) ?? ""
            guard let own = await stamper.findOrganization(of: header), own.lowercased() == asked.lowercased() else {
                throw .unknownKey(organizationId: asked, error)
            }
            await report(header, to: stamper)
            throw .api(error)
        }
    }

    /// The request's own error is what the caller needs; that the frame could not be told is only worth a line.
    private func report(_ header: StampHeader, to stamper: any Stamper) async {
        do throws(TurnkeyError) {
            try await stamper.reportRejected(header)
        } catch {
            connection.logger.info("a rejected key was not reported", metadata: ["reason": "\(error)"])
        }
    }
}

extension TurnkeyError {
    /// Whether it is over on the way, and says nothing of what was asked: worth another look.
    fileprivate var isAccident: Bool {
        if case .unexpectedAnswer = self { true } else { fallback == .retry }
    }
}

/// What every body has.
private struct OrganizationMember: Decodable {
    let organizationId: String
}

/// What the clients of one API share.
struct APIConnection: Sendable {
    let transport: HTTPTransport
    let notarizerPublicKey: String
    let polling: ActivityPolling
    let logger: Logger
}

struct ActivityQuery: Encodable {
    let organizationId: String
    let activityId: String
}
