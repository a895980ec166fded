// SPDX-License-Identifier: Apache-2.0
public import Foundation
public import Passkeys
public import StampClient

/// The organization that is recorded for a key's session.
enum KeyHome: Sendable, Hashable {
    case unknown
    case organization(String)
    /// The key was registered at another API than the one that is asked, whose answers say nothing about the session.
    case anotherAPI
}

/// Stamps with a session of the frame. The private key never enters this process.
public struct SocketStamper: Stamper {
    private let frame: any FrameClient
    private let session: SessionName?
    private let sign: @Sendable (_ payload: String) async throws(StampError) -> Stamp
    private let findHome: @Sendable (_ publicKey: PublicKey) -> KeyHome

    /// Creates a stamper.
    ///
    /// It stamps with the key that `frame` expects of the session. A key that replaced it is refused until the caller
    /// accepts it by `frame.getSession`; the stamper's own checks accept nothing.
    ///
    /// - Parameters:
    ///   - frame: The frame at one of its sockets, or a test's own.
    ///   - session: The session's name; `default` if absent.
    ///   - organizationId: The session's organization, if its injector did not claim it.
    ///   - patience: How long a stamp may wait for a person's confirmation, if a rule of the socket asks for one.
    public init(
        _ frame: some FrameClient,
        session: SessionName? = nil,
        organizationId: String? = nil,
        patience: Duration = Self.confirmationPatience
    ) {
        self.frame = frame
        self.session = session
        sign = { payload throws(StampError) in
            try await frame.stamp(payload: payload, session: session, patience: patience)
        }
        let home = organizationId.map { KeyHome.organization($0) } ?? .unknown
        findHome = { _ in home }
    }

    /// How long a stamp waits for a confirmation: the longest that a rule allows is ten minutes.
    public static let confirmationPatience = Duration.seconds(610)

    /// Creates a stamper for a client of `Turnkey`, whose session may be refreshed meanwhile.
    ///
    /// `findHome` returns the organization recorded for a key, if its injector did not claim it.
    init(_ refreshed: RefreshedStamp, findHome: @escaping @Sendable (_ publicKey: PublicKey) -> KeyHome) {
        frame = refreshed.frame
        session = refreshed.session
        sign = { payload throws(StampError) in try await refreshed.stamp(payload) }
        self.findHome = findHome
    }

    /// Has the frame stamp the body.
    ///
    /// - Throws: `.frame` with the frame's error; `.bodyNotText`.
    public func stamp(_ body: Data) async throws(TurnkeyError) -> StampHeader {
        guard let payload = String(validating: body, as: UTF8.self) else { throw .bodyNotText }
        do throws(StampError) {
            let stamp = try await sign(payload)
            return StampHeader(name: stamp.stampHeaderName, value: stamp.stampHeaderValue)
        } catch {
            throw .frame(error)
        }
    }

    /// Returns the organization of the key's session: as its injector told the frame, else as this stamper's creator
    /// says.
    public func findOrganization(of header: StampHeader) async -> String? {
        guard let publicKey = Self.readPublicKey(header) else { return nil }
        let (name, home) = (session ?? .default, findHome(publicKey))
        guard home != .anotherAPI else { return nil }
        // Listed rather than asked for by name, because asking makes later stamps expect that session's key.
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

    private static func readPublicKey(_ header: StampHeader) -> PublicKey? {
        Base64URL.decode(header.value).flatMap { try? StrictJSON.decode(StampedBy.self, from: $0).publicKey }
    }
}

private struct StampedBy: Decodable {
    let publicKey: PublicKey
}
