// SPDX-License-Identifier: Apache-2.0
import Crypto
import Foundation
import Hummingbird
import Logging
import NIOCore

/// A strict stand-in for the parts of Turnkey's API that sign-in and sessions need, on loopback, in memory.
///
/// ```swift
/// let whoami = try await TurnkeySandbox(SandboxConfiguration()).withRunning { ready in
///     try await client(at: ready.baseUrl).getWhoami(organizationId: ready.organizationId)
/// }
/// ```
public struct TurnkeySandbox: Sendable {
    private let configuration: SandboxConfiguration
    private let party: RelyingParty
    private let notarizer = Notarizer()
    private let rootKey = P256.Signing.PrivateKey()
    /// What every run starts with: the fixture, and the root user's API key.
    private let organizations: [Organization]

    /// - Throws: `.fixture`, `.rpId` or `.origin`, where the configuration cannot be.
    public init(_ configuration: SandboxConfiguration) throws(SandboxError) {
        guard RelyingParty.isIdentifier(configuration.rpId) else { throw .rpId(configuration.rpId) }
        if let origin = configuration.origin, !RelyingParty.isOrigin(origin) { throw .origin(origin) }
        self.configuration = configuration
        party = RelyingParty(id: configuration.rpId, origin: configuration.origin)
        let now = configuration.now()
        do {
            organizations = try configuration.fixture.makeOrganizations(
                rootKey: APIPublicKey(rootKey.publicKey),
                at: now
            )
        } catch {
            throw .fixture(error)
        }
    }

    /// Serves on 127.0.0.1 for as long as `body` runs, with fresh state at each call.
    ///
    /// When `body` is done or the task is cancelled, connections are closed and answers still held back are dropped.
    /// - Parameter body: Gets what it takes to use the sandbox, which listens by then.
    /// - Returns: What `body` returns.
    /// - Throws: `.cannotListen`, `.stopped`, and whatever `body` throws.
    public func withRunning<Value: Sendable>(
        _ body: (ReadyInformation) async throws -> Value
    ) async throws -> Value {
        let (ports, continuation) = AsyncStream.makeStream(of: Int.self)
        let application = makeApplication { port in continuation.yield(port) }
        return try await withThrowingTaskGroup(of: Void.self) { group in
            defer { group.cancelAll() }
            group.addTask {
                defer { continuation.finish() }
                try await run(application)
            }
            guard let port = await ports.first(where: { _ in true }) else {
                try await group.next()
                throw SandboxError.stopped
            }
            configuration.logger.info("listening", metadata: ["address": "127.0.0.1:\(port)"])
            return try await body(makeInformation(port: port))
        }
    }
}

extension TurnkeySandbox {
    private func makeApplication(
        whenListening: @escaping @Sendable (Int) -> Void
    ) -> Application<APIResponder> {
        let ledger = Ledger(
            organizations,
            party: party,
            notarizer: notarizer,
            pendingPolls: configuration.pendingPolls
        )
        // The framework calls the cancellation that ends it an error; what a reader should know is logged here.
        var frameworkLogger = configuration.logger
        frameworkLogger.logLevel = .critical
        return Application(
            responder: APIResponder(
                api: TurnkeyAPI(ledger, now: configuration.now),
                latency: configuration.latency,
                logger: configuration.logger
            ),
            configuration: ApplicationConfiguration(address: .hostname("127.0.0.1", port: Int(configuration.port))),
            onServerRunning: { channel in
                if let port = channel.localAddress?.port { whenListening(port) }
            },
            logger: frameworkLogger
        )
    }

    private func run(_ application: Application<APIResponder>) async throws {
        do {
            try await application.run()
        } catch let error as IOError {
            throw SandboxError.cannotListen(port: configuration.port, reason: error.localizedDescription)
        }
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
            rpId: party.id,
            origin: party.exampleOrigin,
            notarizerPublicKey: notarizer.publicKeyHex
        )
    }
}
