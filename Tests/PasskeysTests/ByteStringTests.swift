// SPDX-License-Identifier: Apache-2.0
import Foundation
import Passkeys
import Testing

@Suite("A byte string of CBOR")
struct ByteStringTests {
    @Test("a byte string is unwrapped to what was wrapped", arguments: [0, 1, 23, 24, 37, 255, 256, 65_535])
    func byteString(count: Int) {
        let bytes = Data((0..<count).map { UInt8(truncatingIfNeeded: $0) })
        #expect(ByteString.unwrap(ByteString.wrap(bytes)) == bytes)
    }

    @Test("no prefix of a byte string is one, and nothing with a byte more") func prefixes() {
        let item = ByteString.wrap(Data(count: 37))
        for count in item.indices { #expect(ByteString.unwrap(item.prefix(count)) == nil, "\(count)") }
        #expect(ByteString.unwrap(item + Data([0])) == nil)
    }

    @Test(
        "another item, or a head that is longer than it need be, is none",
        arguments: [
            [0x60], [0x58, 0x01, 0x00], [0x59, 0x00, 0x01, 0x00], [0x5A, 0, 0, 0, 1, 0], [0x5F, 0x41, 0x00, 0xFF],
            [0xF6],
        ] as [[UInt8]]
    )
    func notAByteString(item: [UInt8]) {
        #expect(ByteString.unwrap(Data(item)) == nil)
    }
}
