// SPDX-License-Identifier: Apache-2.0
public import Foundation
public import StampClient

/// Stamps with a session of the frame: the private key never enters this process.
public struct SocketStamper: Stamper {
    private let frame: any FrameClient
    private let session: String?

    /// `session`: `default` where absent.
    public init(_ frame: any FrameClient, session: String? = nil) {
        self.frame = frame
        self.session = session
    }

    public func stamp(_ body: Data) async throws(TurnkeyError) -> StampHeader {
        guard let payload = String(validating: body, as: UTF8.self) else { throw .bodyNotText }
        do throws(StampError) {
            let stamp = try await frame.stamp(payload: payload, session: session)
            return StampHeader(name: stamp.stampHeaderName, value: stamp.stampHeaderValue)
        } catch {
            throw .frame(error)
        }
    }

    /// Ends the session for every client of the frame, if it still has the key that made `header`.
    public func reportRejected(_ header: StampHeader) async throws(TurnkeyError) {
        guard let json = Base64URL.decode(header.value),
            let stamp = try? JSONDecoder().decode(StampedBy.self, from: json)
        else { return }
        do throws(StampError) {
            try await frame.reportRejected(publicKey: stamp.publicKey, session: session)
        } catch {
            throw .frame(error)
        }
    }
}

private struct StampedBy: Decodable {
    let publicKey: String
}
