// SPDX-License-Identifier: Apache-2.0
// Covers: Sources/TurnkeyClient/Sessions/SessionToken.swift Sources/Passkeys/Encoding/Base64URL.swift
// Words: token
import Crypto
import Foundation
import StampClient
import TurnkeyClient

extension FuzzTarget {
    /// The first byte says whether the others are a whole token, or header and claims, a NUL between them, which are then
    /// signed.
    static let sessionToken = FuzzTarget(name: "session-token") { (bytes) throws(BrokenClaim) in
        let rest = bytes.dropFirst()
        guard bytes.first == UInt8(ascii: "s") else {
            let token = String(decoding: rest, as: UTF8.self)
            return try claim("what the notarizer did not sign is refused", read(token, by: notarizer.publicKey) == nil)
        }
        let parts = rest.split(separator: 0, maxSplits: 1, omittingEmptySubsequences: false)
        let (header, claims) = (Array(parts[0]), Array(parts.count == 2 ? parts[1] : []))
        let signed = "\(Base64URL.encode(Data(header))).\(Base64URL.encode(Data(claims)))"
        let digest = SHA256.hash(data: Data(SHA256.hash(data: Data(signed.utf8))))
        guard let signature = try? notarizer.signature(for: digest).rawRepresentation else {
            throw BrokenClaim(claim: "a notarizer signs")
        }
        let token = "\(signed).\(Base64URL.encode(signature))"
        let read = read(token, by: notarizer.publicKey)
        try claim("another notarizer's token is refused", Self.read(token, by: stranger.publicKey) == nil)
        try claim("a token has three parts", Self.read(token + ".", by: notarizer.publicKey) == nil)
        let hasAnotherHeader = ReferenceJSON(header, maximumDepth: 64)?["alg"] != .string(Array("ES256".utf8))
        guard let read else {
            let wanted = ReferenceJSON(claims, maximumDepth: 64)
            return try claim("a whole token is read", hasAnotherHeader || wanted?.isWhole != true)
        }
        try claim("another algorithm's token is refused", !hasAnotherHeader)
        try check(read, ReferenceJSON(claims, maximumDepth: 64))
    }

    private static let notarizer = P256.Signing.PrivateKey()
    private static let stranger = P256.Signing.PrivateKey()

    private static func read(_ token: String, by notarizer: P256.Signing.PublicKey) -> SessionToken? {
        let key = Hexadecimal.encode(notarizer.x963Representation)
        do throws(TurnkeyError) { return try SessionToken(verifying: token, notarizerPublicKey: key) } catch {
            return nil
        }
    }

    private static func check(_ token: SessionToken, _ claims: ReferenceJSON?) throws(BrokenClaim) {
        let read = [token.publicKey.text, token.userId, token.organizationId, token.sessionType].map { Array($0.utf8) }
        try claim("the claims are the reference's", read == claims?.texts)
        guard case .number(let text)? = claims?["exp"] else { throw BrokenClaim(claim: "an end is a number") }
        try claim("the end is the reference's", Double(text) == token.expiresAt.timeIntervalSince1970)
    }
}

extension ReferenceJSON {
    fileprivate var texts: [[UInt8]?] {
        ["public_key", "user_id", "organization_id", "session_type"].map { self[$0]?.utf8 }
    }

    /// Whether it has all claims, the key is one, and the time is a short whole number.
    fileprivate var isWhole: Bool {
        guard case .number(let text)? = self["exp"] else { return false }
        guard let key = texts[0], key.count == 66, key[0] == UInt8(ascii: "0"), [0x32, 0x33].contains(key[1]),
            key.allSatisfy({ "0123456789abcdef".utf8.contains($0) })
        else { return false }
        return !texts.contains(nil) && text.utf8.count < 16 && Int64(text) != nil
    }
}
