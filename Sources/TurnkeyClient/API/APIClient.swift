// SPDX-License-Identifier: Apache-2.0
public import Foundation
import Logging
import Passkeys
package import StampClient

/// A client of Turnkey's API in which one stamper stamps each request.
///
/// A body is serialised once: the bytes that are stamped are the bytes that are sent.
public struct APIClient: Sendable {
    /// The organization that the typed calls name in their bodies.
    public let organizationId: String
    let stamper: any Stamper
    /// Stamps activities that make or end credentials, or change permissions: keys, passkeys, sessions, users,
    /// organizations, votes.
    let credentialStamper: any Stamper
    let connection: APIConnection

    /// Creates a client; `credentialStamper` is `stamper` if absent.
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

    /// Returns a client with the same stampers and API, whose bodies name another organization.
    public func inOrganization(_ organizationId: String) -> APIClient {
        APIClient(
            organizationId: organizationId,
            stamper: stamper,
            credentialStamper: credentialStamper,
            connection: connection
        )
    }

    /// POSTs `body` to a query such as `whoami`, and returns the API's answer, byte for byte.
    ///
    /// `body` is JSON in UTF-8; it is stamped and sent as it is.
    ///
    /// - Throws: `.api` for a refusal, after a rejected key was reported to the stamper; otherwise the error that
    ///   prevented stamping, sending or an answer.
    public func query(_ path: String, body: Data) async throws(TurnkeyError) -> Data {
        try await answer(to: path, body: body).text
    }

    /// Makes a query as `query` does, and returns the answer after checking each byte of it.
    package func answer(to path: String, body: Data) async throws(TurnkeyError) -> StrictJSON {
        try await send(EndPoint(.query, path), body, stampedBy: stamper)
    }

    /// POSTs `body` to a submission such as `create_api_keys`, and polls the activity until it is completed.
    ///
    /// - Throws: As ``APIClient/query(_:body:)``; `.activityNotCompleted`, `.activityNeedsApproval`; `.activityPending`
    ///   if it takes longer than the polling limit, whatever errors polls had. With a stamper that prompts the user
    ///   nothing is polled, and a pending activity is `.activityPending` at once.
    public func submit(_ path: String, body: Data) async throws(TurnkeyError) -> Activity {
        try await submit(path, body: body, stampedBy: stamper)
    }

    /// Submits as `submit` does, for activities that make or end credentials, or change permissions.
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

    /// Polls an activity until it is completed, also one that waits for an approval.
    ///
    /// `limit` is how long to poll; if absent, as long as for a submission. With a stamper that prompts the user, the
    /// activity is asked for once.
    ///
    /// - Throws: As ``APIClient/submit(_:body:)``; if no poll was answered, the error that prevented it.
    public func waitForActivity(_ activityId: String, limit: Duration? = nil) async throws(TurnkeyError) -> Activity {
        var polling = connection.polling
        if let limit { polling.limit = limit }
        if stamper.promptsUser { polling.limit = .zero }
        let query = ActivityQuery(organizationId: organizationId, activityId: activityId)
        return try await follow(query, nil, stampedBy: stamper, isRegistering: false, polling, throughApproval: true)
    }
}

extension APIClient {
    /// Submits like `submitCredentials`, and returns without polling.
    func begin(_ path: String, body: Data) async throws(TurnkeyError) -> Activity {
        try await Activity(send(EndPoint(.submit, path), body, stampedBy: credentialStamper))
    }

    /// Polls until the activity has ended. While it registers `stamper`'s own key (`isRegistering`), an answer that the
    /// key is unknown means that the activity is still pending.
    ///
    /// The submission was accepted, so no failure of a poll is its outcome: an answer "later", an unreadable answer and
    /// a broken connection are skipped. An error that no later poll can mend ends the polling, and is the cause of
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

    /// Polls from the activity's `known` state; if nil, asks for it now.
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

    /// Returns the error for an activity that has not ended. If its state was never seen, that is the error that
    /// prevented it.
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

    /// Reads the answer to `body`.
    ///
    /// A refused key means that its session is over only if the organization asked is known to be the key's own, which
    /// the stamper knows from its frame or the store. Any other organization only says that the key is none of its own.
    /// Then nothing is ended or forgotten, and no passkey is asked for.
    private func read(
        _ answer: HTTPAnswer,
        to body: Data,
        _ header: StampHeader,
        stampedBy stamper: any Stamper
    ) async throws(TurnkeyError) -> StrictJSON {
        do throws(TurnkeyError) {
            return try answer.read()
        } catch .api(let error) where error.isKeyRejection {
            // Empty, which is no organization's id, for a body that names none or two.
            let asked = (try? StrictJSON.decode(OrganizationMember.self, from: body).organizationId) ?? ""
            guard let own = await stamper.findOrganization(of: header), own.lowercased() == asked.lowercased() else {
                throw .unknownKey(organizationId: asked, error)
            }
            await report(header, to: stamper)
            throw .api(error)
        }
    }

    /// Reports a rejected key to the stamper. A failure is only logged, since the caller needs the request's own error.
    private func report(_ header: StampHeader, to stamper: any Stamper) async {
        do throws(TurnkeyError) {
            try await stamper.reportRejected(header)
        } catch {
            connection.logger.info("a rejected key was not reported", metadata: ["reason": "\(error)"])
        }
    }
}

extension TurnkeyError {
    /// Whether the error happened on the way and says nothing about the request, so that another try is worth it.
    fileprivate var isAccident: Bool {
        if case .unexpectedAnswer = self { true } else { fallback == .retry }
    }
}

/// The member that every body has.
private struct OrganizationMember: Decodable {
    let organizationId: String
}

/// The connection settings that the clients of one API share.
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
