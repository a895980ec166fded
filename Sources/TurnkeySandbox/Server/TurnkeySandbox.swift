// SPDX-License-Identifier: Apache-2.0
import Crypto
import Foundation
import Logging
import LoopbackHTTP
import NIOCore

/// A strict stand-in for the parts of Turnkey's API that sign-in, sessions and signing need, on loopback, in memory.
///
/// ```swift
/// let whoami = try await TurnkeySandbox(SandboxConfiguration()).withRunning { ready in
///     try await client(at: ready.baseUrl).getWhoami(organizationId: ready.organizationId)
/// }
/// ```
public struct TurnkeySandbox: Sendable {
    private let configuration: SandboxConfiguration
    private let parties: RelyingParties
    private let notarizer = Notarizer()
    private let rootKey = P256.Signing.PrivateKey()
    /// The contents of each run at its start: the fixture, and the root user's API key.
    private let organizations: [Organization]

    /// Creates a sandbox.
    ///
    /// - Throws: `.fixture`, `.rpId`, `.origin`, `.foreignOrigin` or `.rateLimit`, if the configuration is not valid.
    public init(_ configuration: SandboxConfiguration) throws(SandboxError) {
        if let limit = configuration.rateLimitPerSecond, limit < 1 { throw .rateLimit(limit) }
        self.configuration = configuration
        parties = try RelyingParties(rpIds: configuration.rpIds, origins: configuration.origins)
        let now = configuration.now()
        do {
            organizations = try configuration.fixture.makeOrganizations(
                rootKey: APIPublicKey(rootKey.publicKey),
                parties: parties,
                at: now
            )
        } catch {
            throw .fixture(error)
        }
    }

    /// Serves on 127.0.0.1 for as long as `body` runs, with fresh state at each call.
    ///
    /// When `body` returns, requests that are being answered get a second more; delayed ones are dropped after it.
    ///
    /// - Parameter body: Uses the sandbox, which listens by then.
    /// - Returns: What `body` returns.
    /// - Throws: `.cannotListen`, and the errors of `body`.
    public func withRunning<Value: Sendable>(
        _ body: (ReadyInformation) async throws -> Value
    ) async throws -> Value {
        let responder = makeResponder()
        let server = LoopbackServer(at: "127.0.0.1", port: Int(configuration.port), .api) { request, _ in
            try await responder.respond(to: request)
        }
        do {
            let port = try await start(server)
            configuration.logger.info("listening", metadata: ["address": "127.0.0.1:\(port)"])
            let value = try await body(makeInformation(port: port))
            await server.stop()
            return value
        } catch {
            await server.stop()
            throw error
        }
    }
}

extension TurnkeySandbox {
    /// Starts the server.
    ///
    /// - Throws: `.cannotListen`, `CancellationError`.
    private func start(_ server: LoopbackServer) async throws -> Int {
        do {
            return try await server.start()
        } catch let error as IOError {
            throw SandboxError.cannotListen(port: configuration.port, reason: error.localizedDescription)
        }
    }

    private func makeResponder() -> APIResponder {
        let ledger = Ledger(
            organizations,
            parties: parties,
            notarizer: notarizer,
            pendingPolls: configuration.pendingPolls
        )
        return APIResponder(
            api: TurnkeyAPI(ledger, now: configuration.now),
            latency: configuration.latency,
            limiter: configuration.rateLimitPerSecond.map { RateLimiter(limitPerSecond: $0, now: configuration.now) },
            now: configuration.now,
            logger: configuration.logger
        )
    }

    private func makeInformation(port: Int) -> ReadyInformation {
        let organization = organizations[0]
        return ReadyInformation(
            baseUrl: "http://127.0.0.1:\(port)",
            organizationId: organization.id.text,
            organizationName: organization.name,
            userId: organization.rootUser?.id.text ?? "",
            username: organization.rootUser?.name ?? "",
            apiPublicKey: APIPublicKey(rootKey.publicKey).hex,
            apiPrivateKey: Hex.encode(rootKey.rawRepresentation),
            rpId: parties.first.id,
            origin: parties.first.origins.first?.example ?? "",
            notarizerPublicKey: notarizer.publicKeyHex
        )
    }
}
