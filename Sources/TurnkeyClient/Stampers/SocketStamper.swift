// SPDX-License-Identifier: Apache-2.0
public import Foundation
public import StampClient

/// What is written down of whose a key's session is.
enum KeyHome: Sendable, Hashable {
    case unknown
    case organization(String)
    /// The API that registered the key is another than the one that is asked, so that its word says nothing of the session.
    case anotherAPI
}

/// Stamps with a session of the frame: the private key never enters this process.
public struct SocketStamper: Stamper {
    private let frame: any FrameClient
    /// Who stamps in `frame`'s place, with the key that `frame` expects.
    private let control: ControlClient?
    private let patience: Duration
    private let session: String?
    private let expectedKey: String?
    private let findHome: @Sendable (_ publicKey: String) -> KeyHome
    private let isKnownKey: @Sendable (String) async -> Bool

    /// `session`: `default` where absent. `organizationId`: whose the session is, where its injector did not claim it.
    ///
    /// Stamps with the key that `frame` expects of the session; one that took its place is refused until the caller
    /// decides otherwise, by `frame.getSession`. What this does to find out never decides that. `patience`: how long a stamp
    /// may wait for somebody's yes, where a rule of the socket wants one.
    public init(
        _ frame: any FrameClient,
        session: String? = nil,
        organizationId: String? = nil,
        patience: Duration = Self.confirmationPatience
    ) {
        let home = organizationId.map { KeyHome.organization($0) } ?? .unknown
        self.init(frame, session: session, patience: patience, findHome: { _ in home }, isKnownKey: { _ in false })
    }

    /// A confirmation waits for ten minutes at most.
    public static let confirmationPatience = Duration.seconds(610)

    /// `findHome` says whose a key's session is, where its injector did not claim it. `isKnownKey` vouches for a
    /// key that has taken the place of the one that this client saw: a refresh's, elsewhere.
    /// `expectedKey` goes before the one that `frame` expects, and what is found then does not move that.
    /// `control`: who stamps in `frame`'s place.
    init(
        _ frame: any FrameClient,
        through control: ControlClient? = nil,
        session: String?,
        expectedKey: String? = nil,
        patience: Duration = Self.confirmationPatience,
        findHome: @escaping @Sendable (_ publicKey: String) -> KeyHome,
        isKnownKey: @escaping @Sendable (String) async -> Bool
    ) {
        self.frame = frame
        self.control = control
        self.patience = patience
        self.session = session
        self.expectedKey = expectedKey
        self.findHome = findHome
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
                return try await stamp(payload, expecting: expected)
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
        return try await stamp(payload, expecting: expected)
    }

    private func stamp(_ payload: String, expecting expected: String?) async throws(StampError) -> Stamp {
        guard let control else {
            return try await frame.stamp(
                payload: payload,
                session: session,
                expectPublicKey: expected,
                patience: patience
            )
        }
        do throws(StampError) {
            return try await control.stamp(
                payload: payload,
                session: session,
                exactly: expected ?? frame.expectedPublicKey(of: session),
                patience: patience
            )
        } catch {
            frame.forgetEndedSession(session, error)
            throw error
        }
    }

    /// Whose the key's session is: as its injector told the frame, else as whoever made this stamper says.
    public func findOrganization(of header: StampHeader) async -> String? {
        guard let publicKey = Self.readPublicKey(header) else { return nil }
        let (name, home) = (session ?? defaultSessionName, findHome(publicKey))
        guard home != .anotherAPI else { return nil }
        // Listed, since a session that is asked for by name is one that later stamps expect.
        let sessions = (try? await frame.listSessions()) ?? []
        let claimed = sessions.first { $0.name == name && $0.publicKey == publicKey }?.organizationId
        guard claimed == nil, case .organization(let written) = home else { return claimed }
        return written
    }

    /// Ends the session for every client of the frame, if it still has the key that made `header`.
    public func reportRejected(_ header: StampHeader) async throws(TurnkeyError) {
        guard let publicKey = Self.readPublicKey(header) else { return }
        do throws(StampError) {
            try await frame.reportRejected(publicKey: publicKey, session: session)
        } catch {
            throw .frame(error)
        }
    }

    private static func readPublicKey(_ header: StampHeader) -> String? {
        Base64URL.decode(header.value).flatMap { try? StrictJSON.decode(StampedBy.self, from: $0).publicKey }
    }
}

private struct StampedBy: Decodable {
    let publicKey: String
}
