// SPDX-License-Identifier: Apache-2.0
import Foundation
import HTTPTypes
import HummingbirdCore
package import LoopbackHTTP
import NIOCore
import NIOHTTP1
package import StampClient
package import TurnkeyClient
import Varlink

/// Sends the requests of delegates to one API, with the frame's stamps in place of the placeholders'.
package struct StampingProxy: Sendable {
    private let frame: StampClient
    private let transport: HTTPTransport
    /// Whether the frame is told the delegate and the path, so that its rules can decide by them.
    private let namesDelegates: Bool
    private let origins: AllowedOrigins
    private let rate: RequestRate
    /// At most 64 requests are sent to the API at once (`HTTPTransport`), and one more for each account that has none
    /// there.
    private let turns = RequestTurns(limit: 64, limitPerAccount: 32)

    /// Creates a proxy.
    ///
    /// - Parameters:
    ///   - frame: The frame that stamps.
    ///   - api: The API to send to.
    ///   - environment: Names the HTTP proxy to the API, and the certificates to trust.
    ///   - namesDelegates: Whether this process is one that the frame's `mayName` lists.
    ///   - origins: The origins whose pages may use the proxy.
    ///   - rate: How many requests each account may make.
    ///   - answerLimit: How long the API may take for an answer; by default as long as the SDKs wait for it.
    package init(
        _ frame: StampClient,
        api: APIBaseURL,
        environment: [String: String],
        namesDelegates: Bool,
        origins: AllowedOrigins = AllowedOrigins(),
        rate: RequestRate = RequestRate(),
        answerLimit: Duration = .seconds(30)
    ) {
        self.frame = frame
        (self.origins, self.rate) = (origins, rate)
        transport = HTTPTransport(api, timeout: answerLimit, environment: environment)
        self.namesDelegates = namesDelegates
    }

    /// Creates a server for the requests that `assignment` assigns to delegates.
    package func listen(
        at place: LoopbackPlace,
        for audience: Audience,
        _ assignment: DelegateAssignment
    ) -> LoopbackServer {
        LoopbackServer(at: place, .proxy(for: audience)) { request, peer in await respond(request, peer, assignment) }
    }

    private func respond(_ request: Request, _ peer: LoopbackPeer, _ assignment: DelegateAssignment) async -> Response {
        var response: Response
        do throws(ProxyRefusal) { response = try await answer(request, peer, assignment) } catch {
            response = Response(error)
        }
        if let origin = origins.find(in: request.headers) {
            response.headers.append(contentsOf: AllowedOrigins.fields(for: origin))
        }
        return response
    }

    private func answer(
        _ request: Request,
        _ peer: LoopbackPeer,
        _ assignment: DelegateAssignment
    ) async throws(ProxyRefusal) -> Response {
        let path = try readHead(request, peer.port)
        guard request.method != .options else { return Response(status: .noContent, headers: AllowedOrigins.preflight) }
        return Response(try await forward(request, to: path, peer, assignment))
    }

    private func forward(
        _ request: Request,
        to path: APIPath,
        _ peer: LoopbackPeer,
        _ assignment: DelegateAssignment
    ) async throws(ProxyRefusal) -> HTTPAnswer {
        // The gate refuses connections whose user is unknown.
        guard let userId = peer.user.id else { throw .unknownStamp }
        try rate.take(.user(userId))
        let bytes = try await collect(request)
        let delegate = try assignment.identify(request.headers[values: .stamp], over: Data(bytes), of: userId)
        // The delegate pays from here on, so that other delegates of the user do not.
        rate.giveBack(.user(userId))
        let account = RequestAccount.delegate(delegate.name, user: userId)
        try rate.take(account)
        let body = try readBody(bytes, for: path)
        return try await turns.run(account) { () async throws(ProxyRefusal) in
            let stamp = try await stamp(body, delegate, path)
            return try await send(bytes, to: path, stamp, userAgent: request.headers[.userAgent])
        }
    }

    /// Checks the request's head. `Host` must be the address that clients are told to call: a page that rebinds its own
    /// name to this machine sends that name instead.
    private func readHead(_ request: Request, _ port: Int) throws(ProxyRefusal) -> APIPath {
        let host = port == 0 ? "localhost" : "127.0.0.1:\(port)"
        guard request.head.authority == host else { throw .host(expected: host) }
        guard origins.includes(request.headers) else { throw .origin }
        guard let path = APIPath(request.head.path ?? "") else { throw .path }
        let isPreflight = request.method == .options && origins.find(in: request.headers) != nil
        guard request.method == .post || isPreflight else { throw .method }
        return path
    }

    private func collect(_ request: Request) async throws(ProxyRefusal) -> [UInt8] {
        do {
            return Array(try await request.body.collect(upTo: RequestBody.limitBytes).readableBytesView)
        } catch is NIOTooManyBytesError { throw .tooLarge } catch { throw .body(detail: "it ended too early") }
    }

    private func readBody(_ bytes: [UInt8], for path: APIPath) throws(ProxyRefusal) -> RequestBody {
        let body: RequestBody
        do throws(JSONError) { body = try RequestBody(bytes) } catch { throw .body(detail: error.message) }
        guard path.takes(type: body.type) else { throw .type(path: path.text, expected: path.kind) }
        return body
    }

    private func stamp(
        _ body: RequestBody,
        _ delegate: Delegate,
        _ path: APIPath
    ) async throws(ProxyRefusal) -> StampHeader {
        do throws(StampError) {
            let stamp = try await frame.stamp(
                payload: body.text,
                session: delegate.session,
                expectPublicKey: delegate.sessionKey,
                delegate: namesDelegates ? delegate.name : nil,
                path: namesDelegates ? path.text : nil,
                patience: SocketStamper.confirmationPatience
            )
            return StampHeader(name: stamp.stampHeaderName, value: stamp.stampHeaderValue)
        } catch { throw .frame(error) }
    }

    private func send(
        _ body: [UInt8],
        to path: APIPath,
        _ stamp: StampHeader,
        userAgent: String?
    ) async throws(ProxyRefusal) -> HTTPAnswer {
        let answer: HTTPAnswer
        do throws(TurnkeyError) {
            answer = try await transport.post(path.text, Data(body), stamp, userAgent: userAgent)
        } catch { throw ProxyRefusal(error) }
        guard answer.isOfAPI else {
            throw .api(message: "status \(answer.status) of the API came with no JSON object", isLate: false)
        }
        guard !answer.repeats(stamp) else { throw .api(message: "the API's answer repeats the stamp", isLate: false) }
        return answer
    }
}
