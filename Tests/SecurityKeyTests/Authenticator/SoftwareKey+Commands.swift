// SPDX-License-Identifier: Apache-2.0
import Crypto
import Foundation
import Synchronization

extension SoftwareKey {
    typealias Wait = () throws(KeyStatus) -> Void

    /// One command of CTAP 2: code(1) ‖ CBOR. `wait` returns once the user has touched the key.
    func execute(_ request: Data, _ wait: Wait) throws(KeyStatus) -> CBOR? {
        let parameters = CBOR(request.dropFirst()) ?? .map([:])
        switch request.first {
        case KeyCommandCode.information: return information
        case KeyCommandCode.clientPIN: return try clientPIN(parameters)
        case KeyCommandCode.makeCredential: return try makeCredential(parameters, wait)
        case KeyCommandCode.getAssertion: return try getAssertion(parameters, wait)
        case KeyCommandCode.getNextAssertion: return try getNextAssertion()
        default: throw .invalidCommand
        }
    }

    private var information: CBOR {
        let settings = state.withLock(\.settings)
        var options: [CBOR: CBOR] = [
            .text("rk"): .bool(settings.keepsCredentials), .text("up"): .bool(true),
            .text("clientPin"): .bool(settings.pin != nil),
        ]
        if settings.refusedFingers != nil { options[.text("uv")] = .bool(true) }
        if settings.pinProtocol == 2 { options[.text("pinUvAuthToken")] = .bool(true) }
        return .map([
            .integer(1): .array([.text("FIDO_2_0"), .text("FIDO_2_1")]), .integer(3): .bytes(Data(count: 16)),
            .integer(4): .map(options), .integer(5): .integer(2048),
            .integer(6): .array([.integer(settings.pinProtocol)]),
        ])
    }

    private func makeCredential(_ parameters: CBOR, _ wait: Wait) throws(KeyStatus) -> CBOR {
        let verified = try verify(parameters, hash: parameters[1], options: parameters[7], tag: parameters[8], wait)
        guard let rpId = parameters[2]?["id"]?.string, let user = parameters[3], let userId = user["id"]?.data else {
            throw .invalidParameter
        }
        let settings = state.withLock(\.settings)
        guard verified || settings.pin == nil else { throw .pinRequired }
        guard parameters[4]?.items?.contains(where: { $0["alg"] == .integer(-7) }) == true else {
            throw .unsupportedAlgorithm
        }
        let isDiscoverable = parameters[7]?["rk"]?.flag ?? false
        if isDiscoverable && !settings.keepsCredentials { throw .unsupportedOption }
        try wait()
        let excluded = parameters[5]?.items?.compactMap { $0["id"]?.data } ?? []
        if credentials.contains(where: { $0.rpId == rpId && excluded.contains($0.id) }) { throw .credentialExcluded }
        if isDiscoverable && settings.isFull { throw .keyStoreFull }
        let credential = Credential(
            id: Data((0..<48).map { _ in UInt8.random(in: .min ... .max) }),
            key: P256.Signing.PrivateKey(),
            rpId: rpId,
            userId: userId,
            userName: user["name"]?.string,
            isDiscoverable: isDiscoverable
        )
        state.withLock { $0.credentials.append(credential) }
        let data = makeAuthenticatorData(rpId, verified: verified, attested: credential)
        let signature = try sign(data + (parameters[1]?.data ?? Data()), with: credential.key)
        return .map([
            .integer(1): .text("packed"), .integer(2): .bytes(data),
            .integer(3): .map([.text("alg"): .integer(-7), .text("sig"): .bytes(signature)]),
        ])
    }

    private func getAssertion(_ parameters: CBOR, _ wait: Wait) throws(KeyStatus) -> CBOR {
        let hash = parameters[2]?.data ?? Data()
        let verified = try verify(parameters, hash: parameters[2], options: parameters[5], tag: parameters[6], wait)
        let allowed = parameters[3]?.items?.compactMap { $0["id"]?.data } ?? []
        let found = credentials.filter { credential in
            credential.rpId == parameters[1]?.string
                && (allowed.isEmpty ? credential.isDiscoverable : allowed.contains(credential.id))
        }
        guard let first = found.last else { throw .noCredentials }
        try wait()
        state.withLock { state in
            state.next = Array(found.dropLast().reversed())
            state.nextHash = hash
            state.nextIsVerified = verified
        }
        return try assertion(of: first, hash, verified: verified, count: found.count)
    }

    private func getNextAssertion() throws(KeyStatus) -> CBOR {
        let (credential, hash, verified) = state.withLock { state in
            (state.next.isEmpty ? nil : state.next.removeFirst(), state.nextHash, state.nextIsVerified)
        }
        guard let credential else { throw .noCredentials }
        return try assertion(of: credential, hash, verified: verified, count: 1)
    }

    /// The user's names are told only to a verified user.
    private func assertion(
        of credential: Credential,
        _ hash: Data,
        verified: Bool,
        count: Int
    ) throws(KeyStatus) -> CBOR {
        let data = makeAuthenticatorData(credential.rpId, verified: verified, attested: nil)
        var user: [CBOR: CBOR] = [.text("id"): .bytes(credential.userId)]
        if verified, let name = credential.userName { user[.text("name")] = .text(name) }
        var answer: [CBOR: CBOR] = [
            .integer(1): .map([.text("id"): .bytes(credential.id), .text("type"): .text("public-key")]),
            .integer(2): .bytes(data), .integer(3): .bytes(try sign(data + hash, with: credential.key)),
            .integer(4): .map(user),
        ]
        if count > 1 { answer[.integer(5)] = .integer(count) }
        return .map(answer)
    }

    private func sign(_ message: Data, with key: P256.Signing.PrivateKey) throws(KeyStatus) -> Data {
        guard let signature = try? key.signature(for: message) else { throw .invalidParameter }
        return signature.derRepresentation
    }

    private func makeAuthenticatorData(_ rpId: String, verified: Bool, attested: Credential?) -> Data {
        let counter = state.withLock { state in
            state.counter += 1
            return state.counter
        }
        let isForgotten = state.withLock(\.settings.forgetsVerification)
        let flags: UInt8 = 0x01 | (verified && !isForgotten ? 0x04 : 0) | (attested == nil ? 0 : 0x40)
        let counterBytes = (0..<4).map { UInt8(truncatingIfNeeded: counter >> (24 - 8 * $0)) }
        let head = Data(SHA256.hash(data: Data(rpId.utf8))) + Data([flags]) + Data(counterBytes)
        guard let attested else { return head }
        let point = attested.key.publicKey.rawRepresentation
        let coseKey = CBOR.map([
            .integer(1): .integer(2), .integer(3): .integer(-7), .integer(-1): .integer(1),
            .integer(-2): .bytes(point.prefix(32)), .integer(-3): .bytes(point.suffix(32)),
        ])
        return head + Data(count: 16) + Data([0, UInt8(attested.id.count)]) + attested.id + coseKey.encoded
    }
}
