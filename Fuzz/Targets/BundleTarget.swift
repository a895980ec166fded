// SPDX-License-Identifier: Apache-2.0
// Covers: Sources/SignerCore/Bundle Sources/SignerCore/Crypto/HPKE.swift Sources/SignerCore/Crypto/GCM.swift Sources/SignerCore/Crypto/LabeledHKDF.swift Sources/SignerCore/Crypto/KeyAgreement.swift Sources/SignerCore/Crypto/Point.swift
// Words: bundle
import Crypto
import Foundation
import SignerCore
import TurnkeyClient

extension FuzzTarget {
    /// The first byte says what the others are: a bundle's text, its 81 bytes, or what swift-crypto seals and how that is
    /// then changed.
    static let bundle = FuzzTarget(name: "bundle") { (bytes) throws(BrokenClaim) in
        let manner = Int(bytes.first ?? 0)
        let rest = Array(bytes.dropFirst())
        try useSecureHeap()
        let used = SecureHeap.usedByteCount
        do {
            var frame = Frame()
            let embedded = try embeddedKey(of: &frame)
            switch manner & 3 {
            case 0: try checkText(rest, &frame)
            case 1:
                // Base58 takes quadratic time.
                let bundle = Array(rest.prefix(300))
                try checkSpelled(bundle, inBase64URL: manner & 4 != 0, verdict(on: bundle), &frame)
            default: try checkSealed(rest, inBase64URL: manner & 4 != 0, to: embedded, &frame)
            }
        }
        try claim("a frame gives back all secret memory", SecureHeap.usedByteCount <= used)
    }

    /// libcrypto keeps a random generator in it for this thread, from its first use on.
    static func useSecureHeap() throws(BrokenClaim) {
        do throws(SignerCore.CryptoError) {
            _ = try SecureHeap.setUp()
            try CryptoLibrary.prepare()
        } catch { throw BrokenClaim(claim: "libcrypto makes a key") }
    }

    private static func embeddedKey(of frame: inout Frame) throws(BrokenClaim) -> [UInt8] {
        do throws(FrameError) {
            let key = try frame.initEmbeddedKey(expirationSeconds: nil, at: now).publicKey
            _ = frame.takeEvents()
            return key
        } catch { throw BrokenClaim(claim: "a frame makes its key") }
    }

    private static let now = BootInstant(nanoseconds: 1_000_000_000)

    /// What a bundle must be answered with.
    private enum Verdict: Equatable {
        case refused([BundleError])
        case session(publicKey: String)
    }

    /// Any text: its alphabets and lengths are told by another implementation of base64url.
    private static func checkText(_ text: [UInt8], _ frame: inout Frame) throws(BrokenClaim) {
        let string = String(decoding: text, as: UTF8.self)
        let isURLText = text.allSatisfy { base58.contains($0) || "0IOl-_".utf8.contains($0) }
        let decoded = TurnkeyClient.Base64URL.decode(string).map { Array($0) }
        try claim("base64url has one reading", SignerCore.Base64URL.decode(text.span) == (isURLText ? decoded : nil))
        let isBase58 = text.allSatisfy { base58.contains($0) }
        let all: [BundleError] =
            if !isURLText { [.encoding] } else if text.count > 256 { [.length] } else if isBase58 {
                [.checksum, .length, .encoding, .point, .decryption]
            } else if let decoded { verdictReasons(on: decoded) } else { [.encoding] }
        try check(text, .refused(all), &frame)
    }

    private static let base58 = Array("123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz".utf8)

    /// Bytes that nobody sealed to this key.
    private static func verdict(on bundle: [UInt8]) -> Verdict { .refused(verdictReasons(on: bundle)) }

    private static func verdictReasons(on bundle: [UInt8]) -> [BundleError] {
        guard bundle.count == CredentialBundle.byteCount else { return [.length] }
        return isPoint(bundle.prefix(33)) ? [.decryption] : [.point]
    }

    private static func isPoint(_ compressed: ArraySlice<UInt8>) -> Bool {
        (try? P256.KeyAgreement.PublicKey(compressedRepresentation: compressed)) != nil
    }

    /// The first byte says how many of the next are sealed; behind them are places of the bundle and what they are
    /// changed by.
    private static func checkSealed(
        _ bytes: [UInt8],
        inBase64URL: Bool,
        to embedded: [UInt8],
        _ frame: inout Frame
    ) throws(BrokenClaim) {
        let plaintext = Array(bytes.dropFirst().prefix(Int(bytes.first ?? 0) % 48))
        let sealed = try seal(plaintext, to: embedded)
        var bundle = sealed
        let changes = Array(bytes.dropFirst(1 + plaintext.count))
        for index in stride(from: 0, to: changes.count - 1, by: 2) {
            bundle[Int(changes[index]) % bundle.count] ^= changes[index + 1]
        }
        var wanted = verdict(on: bundle)
        if bundle == sealed, bundle.count == CredentialBundle.byteCount {
            let key = try? P256.Signing.PrivateKey(rawRepresentation: plaintext)
            wanted =
                key.map { .session(publicKey: Hexadecimal.encode($0.publicKey.compressedRepresentation)) }
                ?? .refused([.scalar])
        }
        try checkSpelled(bundle, inBase64URL: inBase64URL, wanted, &frame)
    }

    private static func seal(_ plaintext: [UInt8], to embedded: [UInt8]) throws(BrokenClaim) -> [UInt8] {
        do {
            var sender = try HPKE.Sender(
                recipientKey: P256.KeyAgreement.PublicKey(x963Representation: embedded),
                ciphersuite: .P256_SHA256_AES_GCM_256,
                info: .init("turnkey_hpke".utf8)
            )
            let enc = try P256.KeyAgreement.PublicKey(x963Representation: sender.encapsulatedKey)
            let aad = sender.encapsulatedKey + embedded
            return try Array(enc.compressedRepresentation) + sender.seal(plaintext, authenticating: aad)
        } catch { throw BrokenClaim(claim: "swift-crypto seals") }
    }

    private static func checkSpelled(
        _ bundle: [UInt8],
        inBase64URL: Bool,
        _ wanted: Verdict,
        _ frame: inout Frame
    ) throws(BrokenClaim) {
        guard inBase64URL else { return try check(Array(Base58Check.encode(Data(bundle)).utf8), wanted, &frame) }
        var text: [UInt8] = []
        SignerCore.Base64URL.append(bundle, to: &text)
        // In both alphabets it is base58check, unless it is as long as a bundle's base64url.
        let isBase58 = text.count != 108 && text.allSatisfy(base58.contains)
        try check(text, isBase58 ? .refused([.checksum, .length]) : wanted, &frame)
    }

    private static func check(_ text: [UInt8], _ wanted: Verdict, _ frame: inout Frame) throws(BrokenClaim) {
        let revision = frame.revision
        let request = SessionRequest(expirationSeconds: 60)
        let answer = inject(text, request, &frame)
        switch (answer, wanted) {
        case (.success(let session), .session(let publicKey)):
            try claim("the session has the sealed key", session.publicKey.description == publicKey)
            try checkStamp(&frame, publicKey)
        case (.failure(.invalidBundle(let reason)), .refused(let reasons)):
            try claim("a bundle is refused for its own reason: \(reason), not \(reasons)", reasons.contains(reason))
            try claim("a refused bundle changes nothing", frame.revision == revision && !frame.hasEvents)
            try claim("a refused bundle starts nothing", frame.sessionCount == 0 && frame.rememberedDeadlineCount == 0)
            guard case .failure(.invalidBundle(reason)) = inject(text, request, &frame) else {
                throw BrokenClaim(claim: "a bundle is refused again")
            }
        default: throw BrokenClaim(claim: "a bundle is answered with \(wanted)")
        }
    }

    private static func inject(
        _ text: [UInt8],
        _ request: SessionRequest,
        _ frame: inout Frame
    ) -> Result<Session, FrameError> {
        do throws(FrameError) {
            return .success(try frame.injectCredentialBundle(text.span, as: request, expecting: nil, at: now))
        } catch { return .failure(error) }
    }

    private static func checkStamp(_ frame: inout Frame, _ publicKey: String) throws(BrokenClaim) {
        let payload = Array("{}".utf8)
        var text: [UInt8] = []
        do throws(FrameError) {
            try frame.stamp(payload.span, session: .default, expecting: nil, at: now, clock: { now }, to: &text)
        } catch { throw BrokenClaim(claim: "an injected key stamps") }
        guard let json = SignerCore.Base64URL.decode(text.span), let stamp = ReferenceJSON(json),
            let der = stamp["signature"]?.utf8.flatMap({ Hexadecimal.decode(String(decoding: $0, as: UTF8.self)) }),
            let signature = try? P256.Signing.ECDSASignature(derRepresentation: der),
            let point = Hexadecimal.decode(publicKey),
            let key = try? P256.Signing.PublicKey(compressedRepresentation: point)
        else { throw BrokenClaim(claim: "a stamp has a signature") }
        try claim("a stamp is the key's", key.isValidSignature(signature, for: payload))
        try claim("a stamp names its key", stamp["publicKey"]?.utf8 == Array(publicKey.utf8))
    }
}
