// SPDX-License-Identifier: Apache-2.0
import Crypto
import Foundation
import HTTPTypes
import HummingbirdCore
package import LoopbackHTTP
import NIOCore
package import StampClient
package import TurnkeyClient

/// The admin of a proxy, which makes, lists and ends its delegates.
package struct DelegateAdmin: Sendable {
    private static let bodyLimitBytes = 4_096
    /// The longest life of a delegate: 31 days, as the longest window of a rule.
    package static let maximumSeconds = 2_678_400

    private let frame: StampClient
    private let table: DelegateTable
    private let api: APIBaseURL
    private let namesDelegates: Bool
    private let listening: [String]

    /// Creates the admin.
    ///
    /// - Parameters:
    ///   - frame: The frame that stamps.
    ///   - table: The proxy's delegates.
    ///   - api: The API to which the proxy sends.
    ///   - namesDelegates: Whether the proxy tells the frame each request's delegate.
    ///   - listening: Where the proxy listens for these delegates.
    package init(
        _ frame: StampClient,
        _ table: DelegateTable,
        api: APIBaseURL,
        namesDelegates: Bool,
        listening: [String]
    ) {
        (self.frame, self.table, self.api) = (frame, table, api)
        (self.namesDelegates, self.listening) = (namesDelegates, listening)
    }

    /// Creates a server that answers at an admin socket.
    package func listen(at place: LoopbackPlace, for audience: Audience) -> LoopbackServer {
        LoopbackServer(at: place, .proxy(for: audience)) { request, peer in await respond(request, peer) }
    }

    private func respond(_ request: Request, _ peer: LoopbackPeer) async -> Response {
        do throws(ProxyRefusal) { return try await answer(request, peer) } catch { return Response(error) }
    }

    private func answer(_ request: Request, _ peer: LoopbackPeer) async throws(ProxyRefusal) -> Response {
        guard request.method == .post else { throw .method }
        let body = try await collect(request)
        switch request.head.path {
        case "/create": return try Response(json: await create(try read(body), asked: peer))
        case "/list": return try Response(json: list())
        case "/revoke": return try Response(json: revoke(try read(body)))
        default: throw .path
        }
    }

    private func collect(_ request: Request) async throws(ProxyRefusal) -> Data {
        do { return Data(try await request.body.collect(upTo: Self.bodyLimitBytes).readableBytesView) } catch {
            throw .tooLarge
        }
    }

    private func read<Value: Decodable>(_ body: Data) throws(ProxyRefusal) -> Value {
        do { return try StrictJSON.decode(Value.self, from: body) } catch {
            throw .body(detail: error.detail ?? "a member is missing, or of another type")
        }
    }

    /// Makes a delegate with a placeholder pair, as `peer` asks.
    ///
    /// - Throws: `ProxyRefusal`.
    package func create(
        _ wanted: DelegateRequest.Create,
        asked peer: LoopbackPeer
    ) async throws(ProxyRefusal) -> CreatedDelegate {
        guard (1...Self.maximumSeconds).contains(wanted.expirationSeconds) else {
            throw .body(detail: "expirationSeconds is 1 to \(Self.maximumSeconds)")
        }
        let session = try await readSession(for: wanted)
        let asked = Duration.seconds(wanted.expirationSeconds)
        let life = wanted.anySession ? asked : min(asked, .milliseconds(session.expiresInMilliseconds))
        let pair: PlaceholderPair
        do throws(DelegateFault) { pair = try makePair(wanted, session, for: life, asked: peer) } catch {
            throw .delegate(error)
        }
        return CreatedDelegate(
            name: wanted.name,
            publicKey: PublicKey(pair.publicKey),
            privateKey: pair.privateKeyText,
            expiresInMilliseconds: life.milliseconds,
            organizationId: session.organizationId,
            listening: listening
        )
    }

    /// Finds the session for a new delegate.
    ///
    /// - Throws: `ProxyRefusal`, also if the frame does not let this process name delegates.
    private func readSession(for wanted: DelegateRequest.Create) async throws(ProxyRefusal) -> Session {
        do throws(StampError) {
            let session = try await frame.look(at: wanted.session)
            guard namesDelegates else { return session }
            do throws(StampError) {
                _ = try await frame.explain(payload: "{}", session: session.name, delegate: wanted.name, path: nil)
            } catch .denied(let rule, let fallback) where rule == "mayName" {
                throw .denied(rule: rule, fallback: fallback)
            } catch {}
            return session
        } catch { throw .frame(error) }
    }

    private func makePair(
        _ wanted: DelegateRequest.Create,
        _ session: Session,
        for life: Duration,
        asked peer: LoopbackPeer
    ) throws(DelegateFault) -> PlaceholderPair {
        if let meant = wanted.apiBaseUrl, meant != api.text { throw .otherAPI(api.text) }
        let process = wanted.endsWithCaller ? peer.processId.flatMap(CallerProcess.init) : nil
        guard let userId = wanted.userId ?? peer.user.id, wanted.endsWithCaller == (process != nil) else {
            throw .unknownProcess
        }
        let sessionKey = wanted.anySession ? nil : session.publicKey
        let delegate = Delegate(name: wanted.name, session: session.name, sessionKey: sessionKey)
        let now = ContinuousClock.now
        return try table.create(delegate, for: userId, until: now + life, with: process, now: now)
    }

    private func list() -> DelegateList {
        let now = ContinuousClock.now
        return DelegateList(
            delegates: table.list(now: now).map { entry in
                ListedDelegate(
                    name: entry.delegate.name,
                    session: entry.delegate.session ?? .default,
                    sessionKey: entry.delegate.sessionKey,
                    userId: entry.userId,
                    publicKey: PublicKey(entry.publicKey),
                    expiresInMilliseconds: now.duration(to: entry.end).milliseconds
                )
            }
        )
    }

    private func revoke(_ wanted: DelegateRequest.Revoke) throws(ProxyRefusal) -> RevokedDelegate {
        do throws(DelegateFault) { try table.revoke(wanted.name) } catch { throw .delegate(error) }
        return RevokedDelegate(name: wanted.name)
    }
}

extension Response {
    fileprivate init(json value: some Encodable) throws(ProxyRefusal) {
        guard let bytes = try? JSONEncoder().encode(value) else { throw .body(detail: "it cannot be answered") }
        self.init(
            status: .ok,
            headers: [.contentType: "application/json"],
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: bytes))
        )
    }
}

extension Duration {
    fileprivate var milliseconds: Int {
        Int(components.seconds) * 1_000 + Int(components.attoseconds / 1_000_000_000_000_000)
    }
}
