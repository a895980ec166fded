// SPDX-License-Identifier: Apache-2.0
import Varlink

/// A client of a frame's deliver socket: the interface `io.stampd.Delivery`, and nothing else.
///
/// Calls share one connection and are answered in order. Every call ends within the client's deadline, and throws what
/// the frame replied or what kept it from replying; a call that is cancelled throws `.cancelled` at once.
public struct DeliveryClient: Sendable {
    private let caller: Caller

    /// Connects with the first call, not before.
    ///
    /// `deadline` is how long a call may take, connecting included; `restartPatience` how long calls wait for a frame
    /// that has just gone away to come back.
    public init(
        _ address: FrameAddress = FrameAddress(),
        deadline: Duration = .seconds(10),
        restartPatience: Duration = .seconds(3)
    ) {
        caller = Caller(address, .deliver, deadline: deadline, restartPatience: restartPatience)
    }

    /// Returns the frame's card: a JSON document with the public key for which the frame wants an approval.
    ///
    /// The host signs the card's UTF-8 bytes as evidence, and a parcel names their hash, so keep them as they are. The frame
    /// returns the same card until a parcel has answered it, its `notAfter` has passed or its key has ended; then it makes
    /// another, with another key.
    ///
    /// - Throws: `.notConfigured` where the frame's configuration has no `delivery`; the errors that any call has.
    public func getCard() async throws(StampError) -> String {
        try await caller.call(.delivery(.getCard), NoParameters(), CardAnswer.self).card
    }

    /// Hands the frame a parcel; its session has started when this returns.
    ///
    /// `parcel` is the JSON document as text, at most 16 KiB; `signature` the armored SSHSIG over its UTF-8 bytes.
    ///
    /// A call whose answer was lost is not repeated: the parcel may have been taken, and then the same one is refused as
    /// `.alreadyTaken`.
    /// - Throws: `.parcelRefused` with the reason; `.notConfigured`; `.locked`, where the same parcel may be taken later;
    ///   `.tooManySessions`.
    public func deliver(parcel: String, signature: String) async throws(StampError) -> Session {
        let parameters = DeliverParameters(parcel: parcel, signature: signature)
        return try await caller.call(.delivery(.deliver), parameters, SessionAnswer.self).session
    }
}

private struct CardAnswer: Decodable {
    let card: String
}

private struct DeliverParameters: Encodable {
    let parcel: String
    let signature: String
}
