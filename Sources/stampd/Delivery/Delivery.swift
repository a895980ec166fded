// SPDX-License-Identifier: Apache-2.0
import SignerCore
import Varlink

/// The cards that a frame of a fleet writes, and its decisions about parcels. Pure: time and cards come in as values.
struct Delivery {
    let configuration: DeliveryConfiguration
    /// The frame's name in cards and parcels.
    let frame: String
    /// The approvers by the digest of their key.
    private let approvers: [SHA256Digest: DeliveryConfiguration.Approver]

    /// The namespace of an SSHSIG over a parcel.
    static let parcelNamespace = "stampd-parcel@stampd.io"

    init(_ configuration: DeliveryConfiguration, frame: String) throws(CryptoError) {
        var approvers: [SHA256Digest: DeliveryConfiguration.Approver] = [:]
        for approver in configuration.approvers { approvers[try approver.key.digest()] = approver }
        (self.configuration, self.frame, self.approvers) = (configuration, frame, approvers)
    }

    /// Writes the bytes of a card.
    func card(_ key: PublicKey, session: SessionName, nonce: [UInt8], notAfter: UTCTime) -> [UInt8] {
        var writer = JSONWriter()
        writer.object { card in
            card.member("v", 1)
            card.member("fleet", configuration.fleet)
            card.member("frame", frame)
            card.member("host", configuration.host)
            card.member("publicKey", key.description)
            card.member("session", session.description)
            card.member("expirationSeconds", configuration.expirationSeconds)
            card.member("nonce", Hex.text(nonce))
            card.member("notAfter", notAfter.description)
        }
        return writer.bytes
    }

    /// Writes the bytes of a card that was made before; nil if the configuration now asks for something else.
    func text(of card: Card) throws(CryptoError) -> [UInt8]? {
        guard card.session == configuration.session, let notAfter = UTCTime(seconds: card.notAfter) else { return nil }
        let text = self.card(card.publicKey, session: card.session, nonce: card.nonce, notAfter: notAfter)
        return try SHA256Digest(of: text.span) == card.digest ? text : nil
    }

    /// Whether an approver's session may continue. With `endOnRevocation`, the approver must still be allowed to start it.
    func allows(_ session: Session, by approver: SHA256Digest) -> Bool {
        guard let approver = approvers[approver], let organizationId = session.organizationId else { return false }
        return approver.allows(session.name, organizationId)
    }
}

/// The decision about a parcel.
extension Delivery {
    /// The frame's state when a parcel comes.
    struct Snapshot {
        /// The card that waits for its answer.
        let card: Card?
        /// The card that was answered last.
        let answered: SHA256Digest?
        let now: BootInstant
        /// CLOCK_REALTIME, in milliseconds since 1970.
        let wallMilliseconds: Int64
    }

    /// The reason why a parcel is refused, and as much as is known about it.
    struct Refusal: Error {
        let fault: ParcelFault
        /// The key that signed it; nil if no signature was verified.
        var signer: SHA256Digest?
        var session: SessionName?
        var publicKey: PublicKey?
    }

    /// The values with which the session of an accepted parcel starts.
    struct Approval {
        let session: SessionName
        let approved: ApprovedSession
    }

    /// Decides about a parcel, in the order of the faults of ParcelRefused.
    ///
    /// - Parameters:
    ///   - parcel: The bytes that were signed.
    ///   - signature: An armored SSHSIG over them.
    ///   - moment: The time and the frame's state.
    /// - Returns: The values of the session that the parcel allows.
    /// - Throws: `Verdict`, with the first fault, or with a failure of libcrypto.
    func decide(_ parcel: [UInt8], _ signature: [UInt8], at moment: Snapshot) throws(Verdict) -> Approval {
        guard let read = Parcel(parcel.span) else { throw .refused(Refusal(fault: .malformed)) }
        var refusal = Refusal(fault: .signature, session: read.session, publicKey: read.publicKey)
        let signer = try verify(signature, of: parcel, or: refusal)
        refusal.signer = signer
        guard let approver = approvers[signer] else { throw .refused(refusal.because(.unknownApprover)) }
        guard read.fleet == configuration.fleet, read.frame == frame else {
            throw .refused(refusal.because(.notForThisFrame))
        }
        let isWaiting = moment.card.map(read.answers) ?? false
        guard isWaiting || read.card == moment.answered else { throw .refused(refusal.because(.otherCard)) }
        let milliseconds = read.notAfter.seconds * 1000 - moment.wallMilliseconds
        guard milliseconds > 0 else { throw .refused(refusal.because(.tooLate)) }
        guard approver.allows(read.session, read.organizationId) else {
            throw .refused(refusal.because(.sessionNotAllowed))
        }
        guard isWaiting else { throw .refused(refusal.because(.alreadyTaken)) }
        let deadline = min(
            moment.now.adding(milliseconds: milliseconds),
            moment.now.adding(seconds: approver.maximumExpirationSeconds)
        )
        return Approval(
            session: read.session,
            approved: ApprovedSession(
                organizationId: read.organizationId,
                userId: read.userId,
                deadline: deadline,
                approver: signer
            )
        )
    }

    enum Verdict: Error {
        case refused(Refusal)
        case crypto(CryptoError)
    }

    private func verify(
        _ text: [UInt8],
        of parcel: [UInt8],
        or refusal: Refusal
    ) throws(Verdict) -> SHA256Digest {
        do throws(SSHSignatureError) {
            let signature = try SSHSignature(text, namespace: Self.parcelNamespace)
            try signature.verify(parcel.span)
            do throws(CryptoError) { return try signature.key.digest() } catch {
                throw SSHSignatureError.crypto(error)
            }
        } catch {
            if case .crypto(let error) = error { throw .crypto(error) }
            throw .refused(refusal)
        }
    }
}

extension Delivery.Refusal {
    fileprivate func because(_ fault: ParcelFault) -> Self {
        Self(fault: fault, signer: signer, session: session, publicKey: publicKey)
    }
}

extension Parcel {
    fileprivate func answers(_ card: Card) -> Bool {
        self.card == card.digest && session == card.session && publicKey == card.publicKey
    }
}
