// SPDX-License-Identifier: Apache-2.0
public import Foundation
public import StampClient

/// Stamps with a session of the frame: the private key never enters this process.
public struct SocketStamper: Stamper {
    private let frame: any FrameClient
    private let session: String?
    private let organizationId: String?
    private let expectedKey: String?
    private let isKnownKey: @Sendable (String) async -> Bool

    /// `session`: `default` where absent. `organizationId`: whose the session is, where its injector did not claim it.
    ///
    /// Stamps with the key that `frame` expects of the session; one that took its place is refused until the caller
    /// decides otherwise, by `frame.getSession`. What this does to find out never decides that.
    public init(_ frame: any FrameClient, session: String? = nil, organizationId: String? = nil) {
        self.init(frame, session: session, organizationId: organizationId) { _ in false }
    }

    /// `isKnownKey` vouches for a key that has taken the place of the one that this client saw: a refresh's, elsewhere.
    /// `expectedKey` goes before the one that `frame` expects, and what is found then does not move that.
    init(
        _ frame: any FrameClient,
        session: String?,
        organizationId: String?,
        expectedKey: String? = nil,
        isKnownKey: @escaping @Sendable (String) async -> Bool
    ) {
        self.frame = frame
        self.session = session
        self.organizationId = organizationId
        self.expectedKey = expectedKey
        self.isKnownKey = isKnownKey
    }

    public func stamp(_ body: Data) async throws(TurnkeyError) -> StampHeader {
        guard let payload = String(validating: body, as: UTF8.self) else { throw .bodyNotText }
        do throws(StampError) {
            let stamp = try await stamp(payload)
            return StampHeader(name: stamp.stampHeaderName, value: stamp.stampHeaderValue)
        } catch {
            throw .frame(error)
        }
    }

    /// More refreshes than fall into one stamp.
    private static let maximumKeys = 4

    private func stamp(_ payload: String) async throws(StampError) -> Stamp {
        var expected = expectedKey
        for _ in 1..<Self.maximumKeys {
            do throws(StampError) {
                return try await frame.stamp(payload: payload, session: session, expectPublicKey: expected)
            } catch .publicKeyMismatch(let publicKey, let fallback) {
                if await isKnownKey(publicKey) {
                    if expectedKey == nil { frame.expect(publicKey, of: session) }
                    expected = publicKey
                } else if try await frame.look(at: session).publicKey == publicKey {
                    throw .publicKeyMismatch(publicKey: publicKey, fallback: fallback)
                }
                // Else it was refreshed once more meanwhile: the next try asks about that key.
            }
        }
        return try await frame.stamp(payload: payload, session: session, expectPublicKey: expected)
    }

    /// Ends the session for every client of the frame, if it still has the key that made `header`.
    ///
    /// That an organization does not know the key ends nothing where the session is another's: its own may know it well.
    public func reportRejected(_ header: StampHeader, by organizationId: String?) async throws(TurnkeyError) {
        guard let json = Base64URL.decode(header.value),
            let stamp = try? JSONDecoder().decodeStrictly(StampedBy.self, from: json)
        else { return }
        do throws(StampError) {
            if let organizationId, try await isForeign(organizationId) { return }
            try await frame.reportRejected(publicKey: stamp.publicKey, session: session)
        } catch {
            throw .frame(error)
        }
    }

    private func isForeign(_ organizationId: String) async throws(StampError) -> Bool {
        let own = try await frame.look(at: session).organizationId ?? self.organizationId
        return own.map { $0.lowercased() != organizationId.lowercased() } ?? false
    }
}

private struct StampedBy: Decodable {
    let publicKey: String
}
