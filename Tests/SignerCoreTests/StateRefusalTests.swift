// SPDX-License-Identifier: Apache-2.0
import Crypto
import Testing

@testable import SignerCore

extension SignerCoreTests {
    @Suite("State that is not exactly what a frame of this boot wrote is refused whole") struct StateRefusalTests {
        @Test("each byte changed, at any of its bits") func flipped() throws {
            let frame = try TestFrame.full()
            let state = try frame.state()
            for index in state.indices {
                var changed = state
                changed[index] ^= 1 << UInt8(index % 8)
                #expect(throws: StateError.self, "byte \(index)") {
                    try TestFrame.restored(from: changed, at: frame.now)
                }
            }
        }

        @Test("cut at any length, or followed by anything") func cut() throws {
            let frame = try TestFrame.full()
            let state = try frame.state()
            for length in state.indices {
                let cut = Array(state[..<length])
                #expect(throws: StateError.length, "\(length) bytes") {
                    try TestFrame.restored(from: cut, at: frame.now)
                }
                let padded = cut + [UInt8](repeating: 0, count: state.count - length)
                guard padded != state else { continue }
                #expect(throws: StateError.self, "\(length) bytes, then zeros") {
                    try TestFrame.restored(from: padded, at: frame.now)
                }
            }
            #expect(throws: StateError.length) { try TestFrame.restored(from: state + [0, 1], at: frame.now) }
            #expect(try TestFrame.restored(from: state + [0, 0], at: frame.now).stateText == frame.stateText)
        }

        @Test("of another boot, or of a moment to come") func elsewhere() throws {
            let frame = try TestFrame.full()
            let state = try frame.state()
            #expect(throws: StateError.bootId) { try TestFrame.restored(from: state, bootId: "c", at: frame.now) }
            let earlier = BootInstant(nanoseconds: frame.now.nanoseconds - 1)
            #expect(throws: StateError.future) { try TestFrame.restored(from: state, at: earlier) }
            #expect(throws: StateError.empty) {
                try TestFrame.restored(from: [UInt8](repeating: 0, count: 4096), at: frame.now)
            }
        }

        /// A change of a full frame's state, under a checksum that is right again.
        struct Forgery: CustomTestStringConvertible {
            let testDescription: String
            let error: StateError
            let change: @Sendable (inout [UInt8]) -> Void

            init(_ name: String, _ error: StateError, _ change: @escaping @Sendable (inout [UInt8]) -> Void) {
                testDescription = name
                self.error = error
                self.change = change
            }

            /// Changes a state under a right checksum: it is refused whole.
            func requireRefusal(of state: [UInt8], at now: BootInstant) {
                var state = state
                change(&state)
                state = state.dropLast(32) + Array(SHA256.hash(data: state.dropLast(32)))
                let used = SecureHeap.usedByteCount
                #expect(throws: error) { try TestFrame.restored(from: state, at: now) }
                #expect(SecureHeap.usedByteCount == used)
            }
        }

        /// Where things lie in a full frame's state: three credentials, three sessions, one pending key, two deadlines.
        enum Place {
            static let embeddedKey = StateHeader.byteCount
            static let credentials = embeddedKey + StateHeader.Counts.embeddedKeyByteCount
            static let sessions = credentials + 3 * StateHeader.Counts.credentialByteCount
            static let secondSession = sessions + StateHeader.Counts.sessionByteCount
            static let pendingKey = sessions + 3 * StateHeader.Counts.sessionByteCount
            static let deadlines = pendingKey + StateHeader.Counts.pendingKeyByteCount
            static let secondDeadline = deadlines + StateHeader.Counts.rememberedDeadlineByteCount
            static let expiredName = deadlines + 2 * StateHeader.Counts.rememberedDeadlineByteCount
            static let end = expiredName + 64
        }

        static let forgeries: [Forgery] = [
            Forgery("another magic", .magic) { $0[0] ^= 1 },
            Forgery("version 0", .version(0)) { $0[8] = 0 },
            Forgery("a later version", .version(3)) { $0[8] = 3 },
            Forgery("a length of one more", .length) { $0[12] &+= 1 },
            Forgery("generation 0", .field) { for index in 16..<24 { $0[index] = 0 } },
            Forgery("the last generation", .field) { for index in 16..<24 { $0[index] = 255 } },
            Forgery("130 credentials", .count) { $0[48] = 130 },
            Forgery("65 sessions", .count) { $0[50] = 65 },
            Forgery("65 pending keys", .count) { $0[52] = 65 },
            Forgery("4,097 deadlines", .count) { ($0[54], $0[55]) = (1, 16) },
            Forgery("257 expired names", .count) { ($0[56], $0[57]) = (1, 1) },
            Forgery("one session fewer", .length) { $0[50] -= 1 },
            Forgery("a lock that is neither on nor off", .field) { $0[58] = 2 },
            Forgery("two embedded keys", .field) { $0[59] = 2 },
            Forgery("another embedded scalar", .key) { $0[Place.embeddedKey + 31] ^= 1 },
            Forgery("another embedded point", .key) { $0[Place.embeddedKey + 32] ^= 1 },
            Forgery("an embedded scalar of zero", .key) { for index in 0..<32 { $0[Place.embeddedKey + index] = 0 } },
            Forgery("an embedded key that ends before boot", .deadline) { $0[Place.embeddedKey + 72] |= 128 },
            Forgery("another scalar", .key) { $0[Place.credentials + 31] ^= 1 },
            Forgery("another point", .key) { $0[Place.credentials + 40] ^= 1 },
            Forgery("a scalar above the order", .key) { for index in 0..<32 { $0[Place.credentials + index] = 255 } },
            Forgery("a credential twice", .duplicate) { state in
                for index in 0..<65 { state[Place.credentials + 65 + index] = state[Place.credentials + index] }
            },
            Forgery("a name that is none", .name) { $0[Place.sessions] = 0x41 },
            Forgery("a name with a hole", .name) { $0[Place.sessions + 2] = 0x61 },
            Forgery("no name", .name) { $0[Place.sessions] = 0 },
            Forgery("a name twice", .duplicate) { $0[Place.secondSession] = $0[Place.sessions] },
            Forgery("a credential that is not there", .reference) { $0[Place.sessions + 64] = 3 },
            Forgery("an origin that is none", .field) { $0[Place.sessions + 65] = 2 },
            Forgery("an announcement that is none", .field) { $0[Place.sessions + 66] = 2 },
            Forgery("a claim too long", .claim) { $0[Place.sessions + 67] = 129 },
            Forgery("a claim behind none", .claim) { $0[Place.sessions + 68] = 0x61 },
            Forgery("a claim that is not printable", .claim) {
                ($0[Place.sessions + 67], $0[Place.sessions + 68]) = (1, 10)
            },
            Forgery("a session's deadline later than remembered", .deadline) { $0[Place.secondSession - 8] ^= 1 },
            Forgery("a session's deadline past every limit", .deadline) { $0[Place.pendingKey - 1] = 1 },
            Forgery("a session's deadline before boot", .deadline) { $0[Place.secondSession - 1] = 128 },
            Forgery("a session's key that waits too", .duplicate) { $0[Place.pendingKey + 64] = 0 },
            Forgery("a pending key for more than a day", .deadline) { $0[Place.deadlines - 2] &+= 1 },
            Forgery("a remembered key that is no point", .key) { $0[Place.deadlines] = 4 },
            Forgery("a remembered deadline past every limit", .deadline) { $0[Place.secondDeadline - 1] = 1 },
            Forgery("a remembered key twice", .duplicate) { state in
                for index in 0..<41 { state[Place.secondDeadline + index] = state[Place.deadlines + index] }
            },
            Forgery("an expired name that lives", .duplicate) { state in
                for index in 0..<64 { state[Place.expiredName + index] = state[Place.sessions + index] }
            },
        ]

        @Test("forged under a right checksum", arguments: forgeries) func forged(_ forgery: Forgery) throws {
            let frame = try TestFrame.full()
            let state = try frame.state()
            #expect(state.count == Place.end + 32)
            forgery.requireRefusal(of: state, at: frame.now)
        }

        @Test("with a credential that nothing uses") func unused() throws {
            let frame = try TestFrame.ready()
            _ = try frame.frame.createSessionKey(for: "a", at: frame.now)
            var state = try frame.state()
            let start = Place.credentials + StateHeader.Counts.credentialByteCount
            state.removeSubrange(start..<start + StateHeader.Counts.pendingKeyByteCount)
            state[52] = 0
            (state[12], state[13]) = (UInt8(state.count % 256), UInt8(state.count / 256))
            state = state.dropLast(32) + Array(SHA256.hash(data: state.dropLast(32)))
            #expect(throws: StateError.reference) { try TestFrame.restored(from: state, at: frame.now) }
        }
    }
}
