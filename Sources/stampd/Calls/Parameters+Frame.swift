// SPDX-License-Identifier: Apache-2.0
import SignerCore
import Varlink

/// Reads parameters into the frame's own types, whose values are always valid.
extension Parameters {
    /// Reads `session`; nil if absent.
    func sessionName(scratch: inout [UInt8]) throws(ErrorReply) -> SessionName? {
        scratch.removeAll(keepingCapacity: true)
        guard try optionalString(.session, into: &scratch, maximumByteCount: SessionName.maximumByteCount) else {
            return nil
        }
        guard let name = SessionName(scratch.span) else { throw .invalidParameter(.session) }
        return name
    }

    /// Reads a compressed public key in lower-case hex; nil if absent.
    func publicKey(_ name: ParameterName, scratch: inout [UInt8]) throws(ErrorReply) -> PublicKey? {
        scratch.removeAll(keepingCapacity: true)
        guard try optionalString(name, into: &scratch, maximumByteCount: PublicKey.hexByteCount) else { return nil }
        guard let key = PublicKey(hex: scratch.span) else { throw .invalidParameter(name) }
        return key
    }

    func requiredPublicKey(_ name: ParameterName, scratch: inout [UInt8]) throws(ErrorReply) -> PublicKey {
        guard let key = try publicKey(name, scratch: &scratch) else { throw .invalidParameter(name) }
        return key
    }

    /// Reads the terms that InjectCredentialBundle and ActivateSession take, for the session `name`.
    func sessionRequest(name: SessionName, scratch: inout [UInt8]) throws(ErrorReply) -> SessionRequest {
        SessionRequest(
            name: name,
            expirationSeconds: try optionalInt(.expirationSeconds),
            organizationId: try claim(.organizationId, scratch: &scratch),
            userId: try claim(.userId, scratch: &scratch)
        )
    }

    private func claim(_ name: ParameterName, scratch: inout [UInt8]) throws(ErrorReply) -> Claim? {
        scratch.removeAll(keepingCapacity: true)
        guard try optionalString(name, into: &scratch, maximumByteCount: Claim.maximumByteCount) else { return nil }
        guard let claim = Claim(scratch.span) else { throw .invalidParameter(name) }
        return claim
    }
}
