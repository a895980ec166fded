// SPDX-License-Identifier: Apache-2.0
import SignerCore

/// The frame's identity in its fleet, as the command line gives it.
enum FrameIdentity: Equatable, Sendable {
    /// `--frame-id`.
    case name(String)
    /// `--machine-id`, 32 lower-case hex digits, and `--instance`, which is empty for the plain unit.
    case instance(machineId: String, instance: String)

    static let machineIdByteCount = 32
    /// The longest instance, in bytes: as long as a unit's name may be.
    static let maximumInstanceByteCount = 255
    private static let context = "stampd frame v1"
    private static let digestByteCount = 16

    /// Returns the frame's name in cards and parcels: the value of `--frame-id`, or the first 16 bytes, in hex, of
    /// SHA-256("stampd frame v1" ‖ 0x00 ‖ machine id ‖ 0x00 ‖ instance). A fleet's documents do not show the machine
    /// id, which is confidential (machine-id(5)).
    func frame() throws(CryptoError) -> String {
        switch self {
        case .name(let name): return name
        case .instance(let machineId, let instance):
            let text = Array("\(Self.context)\0\(machineId)\0\(instance)".utf8)
            return try SHA256Digest(of: text.span).hex(ofFirst: Self.digestByteCount)
        }
    }

    static func isMachineId(_ text: String) -> Bool {
        text.utf8.count == machineIdByteCount
            && text.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "f"): true
                default: false
                }
            }
    }

    static func isInstance(_ text: String) -> Bool {
        text.utf8.count <= maximumInstanceByteCount && text.utf8.allSatisfy { (0x21...0x7e).contains($0) }
    }
}
