// SPDX-License-Identifier: Apache-2.0

/// Keccak-256 as Ethereum uses it: the sponge of FIPS 202 with the padding that Keccak had before it became SHA-3.
enum Keccak256 {
    /// Bytes absorbed between two permutations.
    private static let rate = 136

    private static let roundConstants: [UInt64] = [
        0x0000_0000_0000_0001, 0x0000_0000_0000_8082, 0x8000_0000_0000_808A, 0x8000_0000_8000_8000,
        0x0000_0000_0000_808B, 0x0000_0000_8000_0001, 0x8000_0000_8000_8081, 0x8000_0000_0000_8009,
        0x0000_0000_0000_008A, 0x0000_0000_0000_0088, 0x0000_0000_8000_8009, 0x0000_0000_8000_000A,
        0x0000_0000_8000_808B, 0x8000_0000_0000_008B, 0x8000_0000_0000_8089, 0x8000_0000_0000_8003,
        0x8000_0000_0000_8002, 0x8000_0000_0000_0080, 0x0000_0000_0000_800A, 0x8000_0000_8000_000A,
        0x8000_0000_8000_8081, 0x8000_0000_0000_8080, 0x0000_0000_8000_0001, 0x8000_0000_8000_8008,
    ]

    /// The rotation of each lane, x first.
    private static let rotations: [UInt64] = [
        0, 1, 62, 28, 27, 36, 44, 6, 55, 20, 3, 10, 43, 25, 39, 41, 45, 15, 21, 8, 18, 2, 61, 56, 14,
    ]

    /// Computes the 32 bytes of the hash.
    static func hash(_ message: some Collection<UInt8>) -> [UInt8] {
        var lanes = [UInt64](repeating: 0, count: 25)
        var filled = 0
        for byte in message {
            lanes[filled / 8] ^= UInt64(byte) << (filled % 8 * 8)
            filled += 1
            if filled == rate {
                permute(&lanes)
                filled = 0
            }
        }
        lanes[filled / 8] ^= 0x01 << (filled % 8 * 8)
        lanes[(rate - 1) / 8] ^= 0x80 << 56
        permute(&lanes)
        return (0..<32).map { UInt8(truncatingIfNeeded: lanes[$0 / 8] >> ($0 % 8 * 8)) }
    }

    /// Keccak-f[1600] (FIPS 202 §3.3).
    private static func permute(_ lanes: inout [UInt64]) {
        var moved = lanes
        for constant in roundConstants {
            var columns = [UInt64](repeating: 0, count: 5)
            for index in lanes.indices { columns[index % 5] ^= lanes[index] }
            for x in 0..<5 {
                let mixed = columns[(x + 4) % 5] ^ rotate(columns[(x + 1) % 5], by: 1)
                for y in 0..<5 {
                    moved[y + (2 * x + 3 * y) % 5 * 5] = rotate(lanes[x + 5 * y] ^ mixed, by: rotations[x + 5 * y])
                }
            }
            for row in stride(from: 0, to: 25, by: 5) {
                for x in 0..<5 {
                    lanes[row + x] = moved[row + x] ^ (~moved[row + (x + 1) % 5] & moved[row + (x + 2) % 5])
                }
            }
            lanes[0] ^= constant
        }
    }

    private static func rotate(_ lane: UInt64, by count: UInt64) -> UInt64 {
        lane << count | lane >> ((64 - count) % 64)
    }
}
