// SPDX-License-Identifier: Apache-2.0
// Covers: Sources/SignerCore/Crypto/HPKE.swift Sources/SignerCore/Crypto/GCM.swift Sources/SignerCore/Crypto/LabeledHKDF.swift Sources/SignerCore/Crypto/PrivateKey.swift Sources/SignerCore/Crypto/KeyHandle.swift
// Words: bundle
// Not run: bundles that are not right, which the target bundle makes, and what libcrypto refuses.
import SignerCore

extension FuzzTarget {
    /// The bytes are a scalar or no scalar: PyPI's cryptography seals them, and says whose key it is.
    static let bundleBesidePython = FuzzTarget(name: "bundle-python") { (bytes) throws(BrokenClaim) in
        try useSecureHeap()
        let now = BootInstant(nanoseconds: 1_000_000_000)
        let scalar = Array((bytes + [UInt8](repeating: 0, count: 32)).prefix(32))
        var frame = Frame()
        do throws(FrameError) {
            let embedded = try frame.initEmbeddedKey(expirationSeconds: nil, at: now).publicKey
            let answer = try? PythonPeer.ask(.bundle, embedded + scalar)
            guard let answer, let end = answer.firstIndex(of: 0x0A) else {
                throw FrameError.crypto(.failed(call: "PythonPeer.ask"))
            }
            let (bundle, publicKey) = (Array(answer[..<end]), String(decoding: answer[(end + 1)...], as: UTF8.self))
            do throws(FrameError) {
                let session = try frame.injectCredentialBundle(
                    bundle.span,
                    as: SessionRequest(),
                    expecting: nil,
                    at: now
                )
                guard session.publicKey.description == publicKey else {
                    throw FrameError.publicKeyMismatch(session.publicKey)
                }
            } catch {
                guard publicKey.isEmpty, case .invalidBundle(.scalar) = error else { throw error }
            }
        } catch { throw BrokenClaim(claim: "what Python seals is opened, and is the key that Python says: \(error)") }
    }
}
