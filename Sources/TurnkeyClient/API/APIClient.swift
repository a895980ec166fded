// SPDX-License-Identifier: Apache-2.0
public import Foundation
import Logging

/// Turnkey's API, with each request stamped by one stamper.
///
/// A body is serialised once: the bytes that are stamped are the bytes that are sent.
public struct APIClient: Sendable {
    public let organizationId: String
    let stamper: any Stamper
    let connection: APIConnection

    /// The same stamper and API, for another organization's bodies.
    public func inOrganization(_ organizationId: String) -> APIClient {
        APIClient(organizationId: organizationId, stamper: stamper, connection: connection)
    }

    /// POSTs `body` to a query such as `whoami`, and answers what the API answers, byte for byte.
    ///
    /// `body` is JSON in UTF-8; it is stamped and sent as it is.
    /// - Throws: `.api` for a refusal, after a rejected key was reported to the stamper; what kept it from being stamped,
    ///   sent or answered.
    public func query(_ path: String, body: Data) async throws(TurnkeyError) -> Data {
        try await send(EndPoint(.query, path), body, stampedBy: stamper)
    }

    /// POSTs `body` to a submission such as `create_api_keys`, and follows the activity until it is completed.
    ///
    /// - Throws: as `query`; `.activityNotCompleted`, `.activityPending`. With a stamper that prompts nothing is polled:
    ///   a pending activity is then `.activityPending` at once.
    public func submit(_ path: String, body: Data) async throws(TurnkeyError) -> Activity {
        let activity = try await begin(path, body: body)
        guard activity.isPending else { return try completed(activity) }
        guard !stamper.promptsUser else { throw .activityPending(id: activity.id) }
        return try await follow(activity, stampedBy: stamper, isRegistering: false)
    }
}

extension APIClient {
    /// Submits without waiting for the end.
    func begin(_ path: String, body: Data) async throws(TurnkeyError) -> Activity {
        try await Activity(send(EndPoint(.submit, path), body, stampedBy: stamper))
    }

    /// Polls until the activity has ended. While `stamper`'s own key `isRegistering`, that the API does not know it says
    /// that the activity is still pending.
    func follow(
        _ pending: Activity,
        stampedBy stamper: any Stamper,
        isRegistering: Bool
    ) async throws(TurnkeyError) -> Activity {
        let body = try Self.makeBody(ActivityQuery(organizationId: pending.organizationId, activityId: pending.id))
        for _ in 0..<connection.polling.maximumPolls {
            guard (try? await Task.sleep(for: connection.polling.interval)) != nil else { throw .cancelled }
            do throws(TurnkeyError) {
                let activity = try await Activity(send(EndPoint(.query, "get_activity"), body, stampedBy: stamper))
                guard activity.isPending else { return try completed(activity) }
            } catch .api(let error) where isRegistering && error.kind == .publicKeyNotFound {
                continue
            }
        }
        throw .activityPending(id: pending.id)
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

    static func read<Answer: Decodable>(_ type: Answer.Type, from answer: Data) throws(TurnkeyError) -> Answer {
        guard let value = try? JSONDecoder().decode(type, from: answer) else {
            throw .unexpectedAnswer(httpStatus: 200, detail: "no \(type)")
        }
        return value
    }

    private func send(
        _ endPoint: EndPoint,
        _ body: Data,
        stampedBy stamper: any Stamper
    ) async throws(TurnkeyError) -> Data {
        let header = try await stamper.stamp(body)
        do throws(TurnkeyError) {
            return try await connection.transport.post(endPoint.path, body, header)
        } catch .api(let error) where error.isKeyRejection {
            await report(
                header,
                to: stamper,
                by: error.kind == .publicKeyNotFound ? Self.readOrganizationId(body) : nil
            )
            throw .api(error)
        }
    }

    /// Empty, so nobody's, for a body that names none: no API looks for a key then.
    private static func readOrganizationId(_ body: Data) -> String {
        (try? JSONDecoder().decode(OrganizationMember.self, from: body).organizationId) ?? ""
    }

    /// The request's own error is what the caller needs; that the frame could not be told is only worth a line.
    private func report(_ header: StampHeader, to stamper: any Stamper, by organizationId: String?) async {
        do throws(TurnkeyError) {
            try await stamper.reportRejected(header, by: organizationId)
        } catch {
            connection.logger.info("a rejected key was not reported", metadata: ["reason": "\(error)"])
        }
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
