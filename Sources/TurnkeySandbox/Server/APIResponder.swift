// SPDX-License-Identifier: Apache-2.0
import Foundation
import HTTPTypes
import HummingbirdCore
import Logging
import NIOCore
import Printing

/// Serves the API over HTTP: POST on its paths, preflights of browsers for them, and never a redirect; besides, GET of
/// the mailbox and of the sent transactions, which the API does not have.
struct APIResponder: Sendable {
    /// The longest body; a longer one is refused with 413. The signer's messages have the same limit.
    static let bodyLimitBytes = 1 << 20
    /// The path where tests read the e-mails that were sent. Pages may not read it.
    static let mailboxPath = "/sandbox/mailbox"
    /// The path where tests read the transactions that were sent. Pages may not read it.
    static let transactionsPath = "/sandbox/transactions"

    let api: TurnkeyAPI
    let latency: Duration
    /// `nil` if requests are not limited.
    let limiter: RateLimiter?
    /// The clock, which is also in the answers' `Date`, so that a client can notice that its own is wrong.
    let now: @Sendable () -> Date
    let logger: Logger

    /// Answers one request, delayed by the latency.
    ///
    /// - Throws: `CancellationError` if the sandbox ends meanwhile.
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
        let allowance = await limiter?.admit()
        var headers = CrossOrigin.answerHeaders
        if let allowance { headers.append(contentsOf: RateLimitHeaders.fields(allowance)) }
        let body: JSONObject
        do throws(APIRefusal) {
            if allowance?.isOver == true { throw .tooManyRequests }
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
            // The client left, or closed its side, before the end of the body.
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

    /// Returns what the log says about a refusal, including the reason that the API keeps to itself.
    private func metadata(of error: APIRefusal, path: String) -> Logger.Metadata {
        var metadata: Logger.Metadata = [
            "path": "\(PrintableText(path))", "status": "\(error.status)",
            "turnkeyErrorCode": "\(error.turnkeyErrorCode)",
        ]
        if case .webAuthnSignature(let failure) = error { metadata["reason"] = "\(failure.rawValue)" }
        return metadata
    }
}
