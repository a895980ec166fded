// SPDX-License-Identifier: Apache-2.0
import Foundation
import HTTPTypes
import HummingbirdCore
import Logging
import NIOCore
import Printing

/// Speaks HTTP for the API: POST on the paths that there are, a browser's preflight for them, and never a redirect.
/// Besides, GET of the mailbox and of the transactions that were sent, which the API does not have.
struct APIResponder: Sendable {
    /// A larger body is refused with 413: the signer's own frame is no larger.
    static let bodyLimitBytes = 1 << 20
    /// Where tests read the e-mails that were sent. No page may read them.
    static let mailboxPath = "/sandbox/mailbox"
    /// Where tests read the transactions that were sent. No page may read them.
    static let transactionsPath = "/sandbox/transactions"

    let api: TurnkeyAPI
    let latency: Duration
    /// `nil`: nobody is counted.
    let limiter: RateLimiter?
    /// What the answers' `Date` says, too: a client can tell by it that its own clock is wrong.
    let now: @Sendable () -> Date
    let logger: Logger

    /// Answers one request, held back by the latency.
    ///
    /// - Throws: `CancellationError`, where the sandbox ends meanwhile.
    func respond(to request: Request) async throws -> Response {
        try await Task.sleep(for: latency)
        if Endpoint(rawValue: request.uri.path) != nil, CrossOrigin.isPreflight(request.head) {
            var headers = CrossOrigin.preflightHeaders
            headers[.date] = now().httpText
            return Response(status: .noContent, headers: headers)
        }
        if request.uri.path == Self.mailboxPath, request.method == .get {
            return try response(200, await api.mailbox(), [:])
        }
        if request.uri.path == Self.transactionsPath, request.method == .get {
            return try response(200, await api.transactions(), [:])
        }
        let verdict = await limiter?.admit()
        var headers = CrossOrigin.answerHeaders
        if let verdict { headers.append(contentsOf: RateLimitHeaders.fields(verdict)) }
        let body: JSONObject
        do throws(APIRefusal) {
            if verdict?.isOver == true { throw .tooManyRequests }
            body = try await answer(request)
        } catch {
            logger.info("refused", metadata: metadata(of: error, path: request.uri.path))
            if case .methodNotAllowed = error { headers[.allow] = "POST" }
            return try response(error.status, error.body, headers)
        }
        logger.info("answered", metadata: ["path": "\(PrintableText(request.uri.path))", "status": "200"])
        return try response(200, body, headers)
    }

    private func answer(_ request: Request) async throws(APIRefusal) -> JSONObject {
        guard let endpoint = Endpoint(rawValue: request.uri.path) else { throw .unknownPath }
        guard request.method == .post else { throw .methodNotAllowed }
        let stamps = StampHeaders(
            apiKey: request.headers[values: .stamp],
            webAuthn: request.headers[values: .stampWebAuthn],
            attested: request.headers[values: .stampAttested],
            session: request.headers[values: .session]
        )
        let body = try await body(of: request)
        return try await api.answer(APIRequest(endpoint: endpoint, stamps: stamps, body: body))
    }

    private func body(of request: Request) async throws(APIRefusal) -> Data {
        do {
            return Data(try await request.body.collect(upTo: Self.bodyLimitBytes).readableBytesView)
        } catch is NIOTooManyBytesError {
            throw .bodyTooLarge(limitBytes: Self.bodyLimitBytes)
        } catch {
            // The client left, or closed its side, in the middle of it.
            throw .malformedBody
        }
    }

    private func response(_ status: Int, _ body: JSONObject, _ headers: HTTPFields) throws -> Response {
        var headers = headers
        headers[.contentType] = "application/json"
        headers[.date] = now().httpText
        return Response(
            status: HTTPResponse.Status(code: status),
            headers: headers,
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: try body.encoded()))
        )
    }

    /// What the log says of a refusal; the reason that the API keeps to itself is here.
    private func metadata(of error: APIRefusal, path: String) -> Logger.Metadata {
        var metadata: Logger.Metadata = [
            "path": "\(PrintableText(path))", "status": "\(error.status)",
            "turnkeyErrorCode": "\(error.turnkeyErrorCode)",
        ]
        if case .webAuthnSignature(let failure) = error { metadata["reason"] = "\(failure.rawValue)" }
        return metadata
    }
}
