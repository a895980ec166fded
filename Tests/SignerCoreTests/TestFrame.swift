// SPDX-License-Identifier: Apache-2.0
import Crypto

@testable import SignerCore

/// A frame, and the time that it is told.
final class TestFrame {
    var frame: Frame
    var now = BootInstant(nanoseconds: 1_000_000_000_123)

    init(limits: FrameLimits = FrameLimits()) { frame = Frame(limits: limits) }

    /// A frame whose embedded key is there.
    static func ready(limits: FrameLimits = FrameLimits()) throws -> TestFrame {
        let frame = TestFrame(limits: limits)
        _ = try frame.initEmbeddedKey()
        _ = frame.takeEvents()
        return frame
    }

    /// A frame with this embedded key.
    static func with(embeddedScalar: [UInt8], seconds: Int64 = 172_800) throws -> TestFrame {
        let frame = TestFrame()
        frame.frame.embeddedKey = EmbeddedKey(
            key: try makeKey(embeddedScalar),
            expiry: frame.now.adding(seconds: seconds)
        )
        frame.frame.scheduleNextChange()
        return frame
    }

    static func makeKey(_ scalar: [UInt8]) throws -> PrivateKey {
        guard let key = try PrivateKey.make(scalar: Secret(copying: scalar)) else { throw NotAScalar() }
        return key
    }

    struct NotAScalar: Error {}

    @discardableResult
    func initEmbeddedKey(seconds: Int64? = nil) throws(FrameError) -> Frame.PublishedKey {
        try frame.initEmbeddedKey(expirationSeconds: seconds, at: now)
    }

    func embeddedPublicKey() throws(FrameError) -> [UInt8] { try frame.embeddedPublicKey(at: now).publicKey }

    @discardableResult
    func inject(
        _ bundle: String,
        as name: SessionName = .default,
        seconds: Int64? = nil,
        expecting: PublicKey? = nil
    ) throws(FrameError) -> Session {
        let text = Array(bundle.utf8)
        return try frame.injectCredentialBundle(
            text.span,
            as: SessionRequest(name: name, expirationSeconds: seconds),
            expecting: expecting,
            at: now
        )
    }

    @discardableResult
    func inject(
        _ credential: TestCredential,
        as name: SessionName = .default,
        seconds: Int64? = nil,
        expecting: PublicKey? = nil
    ) throws -> Session {
        let bundle = try credential.sealed(to: embeddedPublicKey()).base58Check
        return try inject(bundle, as: name, seconds: seconds, expecting: expecting)
    }

    /// The header's value; `taking` passes between the beginning and the end of the signing.
    @discardableResult
    func stamp(
        _ payload: [UInt8] = Array("{}".utf8),
        as name: SessionName = .default,
        expecting: PublicKey? = nil,
        takingNanoseconds: Int64 = 0
    ) throws(FrameError) -> String {
        var text: [UInt8] = []
        let end = BootInstant(nanoseconds: now.nanoseconds + takingNanoseconds)
        try frame.stamp(payload.span, session: name, expecting: expecting, at: now, clock: { end }, to: &text)
        return String(decoding: text, as: UTF8.self)
    }

    /// Whose credential stamps as this session; nil where none does.
    func stamper(as name: SessionName = .default) throws -> String? {
        do {
            return try StampText(stamp(as: name)).publicKeyHex
        } catch FrameError.noSession { return nil } catch FrameError.sessionExpired { return nil }
    }

    func advance(seconds: Int64, nanoseconds: Int64 = 0) {
        now = BootInstant(nanoseconds: now.nanoseconds + seconds * 1_000_000_000 + nanoseconds)
        frame.advance(to: now)
    }

    var hasEmbeddedKey: Bool { frame.hasEmbeddedKey }

    func takeEvents() -> [FrameEvent] { frame.takeEvents() }
}

/// An API key made outside, that bundles bring into a frame.
struct TestCredential {
    let key: P256.Signing.PrivateKey

    init() { key = P256.Signing.PrivateKey() }

    init(scalar: [UInt8]) throws { key = try P256.Signing.PrivateKey(rawRepresentation: scalar) }

    var scalar: [UInt8] { Array(key.rawRepresentation) }

    var publicKey: PublicKey {
        Array(key.publicKey.compressedRepresentation).withUnsafeBytes { PublicKey(compressed: $0) }
    }

    func sealed(to embeddedPublicKey: [UInt8]) throws -> SealedBundle {
        try SealedBundle(sealing: scalar, to: embeddedPublicKey)
    }
}

extension SessionName: ExpressibleByStringLiteral {
    public init(stringLiteral text: String) {
        guard let name = SessionName(Array(text.utf8).span) else { preconditionFailure("\(text) is no session name") }
        self = name
    }
}
