// SPDX-License-Identifier: Apache-2.0
import COpenSSL

@testable import SignerCore

/// Secrets that have never been anywhere but in the secure heap, and what is made of them.
enum SecretMaker {
    static func makeScalar() throws -> Secret {
        while true {
            var scalar = try Secret(byteCount: 32)
            try scalar.withMutableBytes { bytes in
                try check(RAND_priv_bytes(bytes.bindMemory(to: UInt8.self).baseAddress, 32), "RAND_priv_bytes")
            }
            cleanseStack()
            let number = try SecureInteger.read(scalar)
            if try Group.contains(number) { return scalar }
        }
    }

    static func makeKey(_ scalar: borrowing Secret) throws -> PrivateKey {
        guard let key = try PrivateKey.make(scalar: Secret([], followedBy: scalar)) else {
            throw TestFrame.NotAScalar()
        }
        return key
    }
}

extension TestFrame {
    /// A frame whose default session stamps with this scalar.
    static func stamping(with scalar: borrowing Secret) throws -> TestFrame {
        let frame = TestFrame()
        frame.frame.sessions.append(
            Session(
                name: .default,
                origin: .bundle,
                organizationId: nil,
                userId: nil,
                deadline: frame.now.adding(seconds: 900),
                credential: try Credential(SecretMaker.makeKey(scalar))
            )
        )
        frame.frame.scheduleNextChange()
        return frame
    }

    /// A frame with this embedded key, which lives for 1,000 s.
    static func with(embedded scalar: borrowing Secret) throws -> TestFrame {
        let frame = TestFrame()
        let key = try SecretMaker.makeKey(scalar)
        frame.frame.embeddedKey = EmbeddedKey(key: key, expiry: frame.now.adding(seconds: 1_000))
        frame.frame.scheduleNextChange()
        return frame
    }
}

/// What a thread leaves for the one that searches. Unchecked: it is read only while the thread is parked or through, and
/// the pipes between them order that.
final class Handover: @unchecked Sendable {
    var needles: [Needle] = []
    /// Stamps, one after another.
    var text: [UInt8] = []
    var ends: [Int] = []

    init() {
        text.reserveCapacity(1 << 16)
        ends.reserveCapacity(200)
    }

    func stamps() throws -> [StampText] {
        try zip([0] + ends, ends + [text.count]).filter { $0 < $1 }.map { start, end in
            try StampText(String(decoding: text[start..<end], as: UTF8.self))
        }
    }
}
