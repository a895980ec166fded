// SPDX-License-Identifier: Apache-2.0
import AsyncHTTPClient
import FoundationEssentials
import Glibc
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL
import StampClient
import Synchronization
import TurnkeyClient

/// Sends requests by POST to one member of a cluster, and follows no redirect.
final class EtcdTransport: Sendable {
    /// An answer of any status.
    struct Answer: Sendable {
        let status: Int
        let body: [UInt8]
    }

    /// How long a member may take to answer. Authentication may take longer: where hundreds authenticate at once, their
    /// passwords are checked one after another, in some 50 ms each at etcd's default cost.
    static let patience = Duration.seconds(10)
    static let authenticationPatience = Duration.seconds(40)
    private static let connectPatience = TimeAmount.seconds(4)

    private let client: HTTPClient

    /// Makes the HTTP client. Nothing is sent yet.
    ///
    /// - Throws: `.denied` where no authority is trusted; `.unreachable` where the system gives no thread.
    init(_ access: CarrierAccess, isSecure: Bool) throws(CarrierFault) {
        var configuration = HTTPClient.Configuration(redirectConfiguration: .disallow)
        configuration.connectionPool.retryConnectionEstablishment = false
        configuration.timeout.connect = Self.connectPatience
        configuration.httpVersion = .http1Only
        // A watch keeps one connection for as long as it goes on.
        configuration.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = 16
        configuration.connectionPool.idleTimeout = .seconds(90)
        configuration.http1_1ConnectionDebugInitializer = Self.prepare
        if isSecure { configuration.tlsConfiguration = try Self.makeTLS(access) }
        do throws(SystemShortage) {
            client = HTTPClient(eventLoopGroupProvider: .shared(try EventLoops.group()), configuration: configuration)
        } catch {
            throw .unreachable(detail: error.message)
        }
    }

    deinit {
        client.shutdown { _ in }
    }

    /// Sends a request, and returns the answer, of any status.
    ///
    /// - Throws: `.away`, `.cancelled`; `.malformed` where the answer is longer than `limitBytes`.
    func post(
        _ request: EtcdRequest,
        to endpoint: EtcdEndpoint,
        token: String?,
        limitBytes: Int,
        within patience: Duration = EtcdTransport.patience
    ) async throws(EtcdFault) -> Answer {
        let head = Self.makeHead(request, endpoint, token)
        do {
            return try await withThrowingTaskGroup(of: Answer.self) { group in
                defer { group.cancelAll() }
                group.addTask { [client] in
                    let response = try await client.execute(head, timeout: TimeAmount(patience))
                    let body = try await response.body.collect(upTo: limitBytes)
                    // A body that is cut short by a cancellation is not an answer.
                    try Task.checkCancellation()
                    return Answer(status: Int(response.status.code), body: Array(body.readableBytesView))
                }
                group.addTask {
                    try await Task.sleep(for: patience)
                    throw HTTPClientError.deadlineExceeded
                }
                guard let answer = try await group.next() else { throw CancellationError() }
                return answer
            }
        } catch {
            throw Self.readFailure(error, endpoint, limitBytes)
        }
    }

    /// Calls `take` with each line of the answer, until `take` returns false or throws, or the stream ends.
    ///
    /// Returns without a fault after `life`. The first line must come within `patience`.
    /// - Throws: what `take` throws, and as `post`; `.malformed` where a line is longer than `lineLimitBytes`.
    func stream(
        _ request: EtcdRequest,
        to endpoint: EtcdEndpoint,
        token: String?,
        lineLimitBytes: Int,
        life: Duration,
        take: @escaping @Sendable ([UInt8]) async throws(EtcdFault) -> Bool
    ) async throws(EtcdFault) {
        let head = Self.makeHead(request, endpoint, token)
        let beginning = Beginning()
        do {
            try await withThrowingTaskGroup(of: Void.self) { group in
                defer { group.cancelAll() }
                group.addTask { [client] in
                    let response = try await client.execute(head, timeout: TimeAmount(Self.patience))
                    guard response.status == .ok else {
                        let body = try await response.body.collect(upTo: 16 << 10)
                        throw EtcdFault(status: Int(response.status.code), body: Array(body.readableBytesView))
                    }
                    var lines = LineCollector(limitBytes: lineLimitBytes)
                    for try await piece in response.body {
                        guard let whole = lines.add(piece.readableBytesView) else {
                            throw NIOTooManyBytesError(maxBytes: lineLimitBytes)
                        }
                        for line in whole {
                            beginning.isThere.store(true, ordering: .relaxed)
                            guard try await take(line) else { return }
                        }
                    }
                    try Task.checkCancellation()
                }
                group.addTask {
                    try await Task.sleep(for: Self.patience)
                    guard beginning.isThere.load(ordering: .relaxed) else { throw HTTPClientError.deadlineExceeded }
                    try await Task.sleep(for: life)
                }
                try await group.next()
            }
        } catch {
            throw Self.readFailure(error, endpoint, lineLimitBytes)
        }
    }

    private final class Beginning: Sendable {
        let isThere = Atomic(false)
    }

    private static func makeHead(
        _ request: EtcdRequest,
        _ endpoint: EtcdEndpoint,
        _ token: String?
    ) -> HTTPClientRequest {
        var head = HTTPClientRequest(url: endpoint.url + request.path)
        head.method = .POST
        head.headers.add(name: "Content-Type", value: "application/json")
        // With this header, a watch at a member that has lost the others ends, instead of staying silent (etcd's clientv3,
        // WithRequireLeader).
        head.headers.add(name: "Grpc-Metadata-Hasleader", value: "true")
        if let token { head.headers.add(name: "Authorization", value: token) }
        head.body = .bytes(ByteBuffer(bytes: request.body))
        return head
    }

    private static func readFailure(_ error: any Error, _ endpoint: EtcdEndpoint, _ limitBytes: Int) -> EtcdFault {
        switch error {
        case let error as EtcdFault: return error
        case is CancellationError: return .cancelled
        case is NIOTooManyBytesError: return .malformed(detail: "\(endpoint) answers more than \(limitBytes) bytes")
        case let error as HTTPClientError where error == .cancelled: return .cancelled
        case let error as HTTPClientError where error == .deadlineExceeded || error == .connectTimeout:
            return .away(reason: "\(endpoint) did not answer in time")
        default:
            if let fault = TLSFault(error) { return .away(reason: "\(endpoint): \(fault.message)") }
            return .away(reason: "\(endpoint): \(makeReason(error))")
        }
    }
}

extension EtcdTransport {
    private static func makeTLS(_ access: CarrierAccess) throws(CarrierFault) -> TLSConfiguration {
        let trusted: [NIOSSLCertificate]
        do {
            trusted =
                try access.authorities.map { try NIOSSLCertificate.fromPEMBytes($0) }
                ?? TrustedCertificates.load(access.environment)
        } catch let error as TurnkeyError {
            throw .denied(detail: error.message)
        } catch {
            throw .denied(detail: "the file of authorities holds no certificates in PEM")
        }
        guard !trusted.isEmpty else { throw .denied(detail: "no authority is trusted: name its certificate") }
        var tls = TLSConfiguration.makeClientConfiguration()
        tls.minimumTLSVersion = .tlsv12
        tls.trustRoots = .certificates(trusted)
        return tls
    }

    /// Turns on TCP's keep-alive, which finds a peer that vanished after some forty seconds: a watch would wait for it without
    /// end.
    @Sendable private static func prepare(_ channel: any Channel) -> EventLoopFuture<Void> {
        let options: [(ChannelOptions.Types.SocketOption, Int)] = [
            (.init(level: .socket, name: .so_keepalive), 1),
            (.init(level: .tcp, name: .init(rawValue: TCP_KEEPIDLE)), 20),
            (.init(level: .tcp, name: .init(rawValue: TCP_KEEPINTVL)), 5),
            (.init(level: .tcp, name: .init(rawValue: TCP_KEEPCNT)), 4),
        ]
        let set = options.map { channel.setOption($0.0, value: $0.1) }
        return EventLoopFuture.andAllSucceed(set, on: channel.eventLoop).flatMap { StatusGate.add(to: channel) }
    }
}

extension EtcdFault {
    /// Reads a fault from an answer whose status is not 200.
    init(status: Int, body: [UInt8]) {
        if let answer = try? StrictJSON.decode(EtcdErrorAnswer.self, from: Data(body)) {
            self.init(code: answer.code, message: answer.message ?? "")
        } else if (500..<600).contains(status) {
            // The answer of a server in front of the member.
            self = .away(reason: "status \(status)")
        } else {
            self = .malformed(detail: "status \(status), and no error of etcd's")
        }
    }
}
