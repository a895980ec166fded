// SPDX-License-Identifier: Apache-2.0

// The wire's names stand in `Varlink` too, for the daemon; there they are no library's interface. A test compares them.

/// The faults of a credential bundle.
public enum BundleFault: String, Codable, Sendable, Hashable, CaseIterable {
    /// A character is outside the alphabets of base58check and base64url.
    case encoding
    /// The last four bytes of the base58check text are not the checksum of the rest.
    case checksum
    /// The length is not 33 + 48 bytes.
    case length
    /// The encapsulated key is not a point of the curve.
    case point
    /// The bundle is sealed to another key, or damaged.
    case decryption
    /// The bundle holds no private key of P-256.
    case scalar
}

/// Why a frame starts no session for a parcel.
public enum ParcelFault: String, Codable, Sendable, Hashable, CaseIterable {
    /// Not the document that a parcel is, or longer.
    case malformed
    /// No SSHSIG over these bytes in the namespace of parcels, or one that does not verify.
    case signature
    /// Signed by a key that the frame's configuration does not name.
    case unknownApprover
    /// Another fleet's or another frame's.
    case notForThisFrame
    /// It answers a card, a session or a key that is not the one that the frame asks with.
    case otherCard
    /// Its `notAfter` has passed by the frame's clock.
    case tooLate
    /// The approver may not start this session, or not for this organization.
    case sessionNotAllowed
    /// Its card has been answered.
    case alreadyTaken
}

extension ParcelFault {
    /// What was wrong; one line without a full stop.
    var message: String {
        switch self {
        case .malformed: "it is no parcel"
        case .signature: "its signature does not hold"
        case .unknownApprover: "the frame does not know who signed it"
        case .notForThisFrame: "it is for another fleet or another frame"
        case .otherCard: "it answers another card than the frame's"
        case .tooLate: "its time has passed by the frame's clock"
        case .sessionNotAllowed: "its approver may not start this session for this organization"
        case .alreadyTaken: "its card has been answered"
        }
    }

    /// What to do about it; one line without a full stop.
    var hint: String {
        switch self {
        case .malformed: "carry documents as they are: the parcel's exact bytes, and its signature's"
        case .signature: "have it signed again: ssh-keygen -Y sign -n stampd-parcel@stampd.io"
        case .unknownApprover: "name the approver's key in the frame's configuration, under delivery.approvers"
        case .notForThisFrame: "compare fleet and frame with the card's"
        case .otherCard: "have the card that the frame asks with now approved: GetCard"
        case .tooLate: "have it approved again; look at the clocks if that was just now"
        case .sessionNotAllowed: "see sessions and organizationIds of this approver in the frame's configuration"
        case .alreadyTaken: "nothing, if the session runs; else have the frame's next card approved"
        }
    }
}
