// SPDX-License-Identifier: Apache-2.0
import COpenSSL
import Testing

@testable import SignerCore

extension SignerCoreTests {
    @Suite("An operation with a private key leaves nothing behind it", .searchesMemory) struct OperationTests {
        enum Operation: CaseIterable {
            case makeKey
            case derive
            /// What ECDH is made of, where no new point takes the piece of heap that its scalar was in.
            case multiply
            case decapsulate
            case schedule
            case openBundle
        }

        @Test("neither on the stack nor on the heap, right after it", arguments: Operation.allCases)
        func leavesNothing(_ operation: Operation) throws {
            let handover = Handover()
            let thread = try ParkedThread { try Self.perform(operation, handover, $0) }
            try thread.waitUntilParked()
            let probe = try Secret(byteCount: 1)
            let region = try probe.withBytes { try ProcessMemory.region(of: $0.baseAddress) }
            let finds = try ProcessMemory().search(for: handover.needles.flatMap(\.fragments))
            #expect(finds.contains { $0.needle == "credential from byte 0" })
            #expect(finds.allSatisfy { region.range.contains($0.address) }, "\(finds)")
            thread.goOn()
            try thread.waitUntilDone()
        }

        /// All needles are known, and the stack is clean, before the operation: after it, nothing runs but the halt.
        private static func perform(_ operation: Operation, _ handover: Handover, _ thread: ParkedThread) throws {
            let credential = try SecretMaker.makeScalar()
            let embedded = try SecretMaker.makeScalar()
            let recipient = try SecretMaker.makeKey(embedded)
            let publicKey = recipient.uncompressedPublicKey
            let sealed = try OwnSeal(sealing: credential, to: publicKey)
            handover.needles = [Needle("credential", credential), Needle("embedded key", embedded)] + sealed.needles
            let shared = try Secret(revealing: sealed.needles[1])
            let bundle = try CredentialBundle.read(Array(sealed.bundle.base64URL.utf8).span)
            let encapsulated = SealedBundle.compress(sealed.encapsulatedKey)
            guard let point = try Point.decompress(encapsulated.span) else { throw TestFrame.NotAScalar() }
            let copy = try Secret([], followedBy: credential)
            cleanseStack()
            switch operation {
            case .makeKey: try makeKey(copy, thread)
            case .derive: try derive(recipient, point, thread)
            case .multiply: try multiply(copy, thread)
            case .decapsulate: try decapsulate(recipient, point, thread)
            case .schedule: try schedule(shared, thread)
            case .openBundle: try open(bundle, recipient, thread)
            }
            withExtendedLifetime(credential) {}
        }

        private static func makeKey(_ scalar: consuming Secret, _ thread: ParkedThread) throws {
            let key = try PrivateKey.make(scalar: scalar)
            thread.park()
            withExtendedLifetime(key) {}
        }

        private static func derive(
            _ recipient: borrowing PrivateKey,
            _ point: Point,
            _ thread: ParkedThread
        ) throws {
            let shared = try recipient.sharedSecret(with: point)
            thread.park()
            withExtendedLifetime(shared) {}
        }

        private static func multiply(_ scalar: borrowing Secret, _ thread: ParkedThread) throws {
            let group = try require(EC_GROUP_new_by_curve_name(NID_X9_62_prime256v1), "EC_GROUP_new_by_curve_name")
            let number = try require(BN_secure_new(), "BN_secure_new")
            let point = try require(EC_POINT_dup(EC_GROUP_get0_generator(group), group), "EC_POINT_dup")
            _ = scalar.withBytes { BN_bin2bn($0.bytePointer, Int32($0.count), number) }
            let result = EC_POINT_mul(group, point, nil, point, number, nil)
            cleanseStack()
            thread.park()
            try check(result, "EC_POINT_mul")
            BN_clear_free(number)
            EC_POINT_free(point)
            EC_GROUP_free(group)
        }

        private static func decapsulate(
            _ recipient: borrowing PrivateKey,
            _ point: Point,
            _ thread: ParkedThread
        ) throws {
            let shared = try HPKE.decapsulate(point, recipient: recipient)
            thread.park()
            withExtendedLifetime(shared) {}
        }

        private static func schedule(_ shared: borrowing Secret, _ thread: ParkedThread) throws {
            let context = try HPKE.schedule(sharedSecret: shared, scheduleContext: OwnSeal.scheduleContext())
            thread.park()
            withExtendedLifetime(context) {}
        }

        private static func open(
            _ bundle: CredentialBundle,
            _ recipient: borrowing PrivateKey,
            _ thread: ParkedThread
        ) throws {
            let key = try bundle.open(with: recipient)
            thread.park()
            withExtendedLifetime(key) {}
        }
    }
}

extension Secret {
    /// What the needle stands for, in the secure heap.
    init(revealing needle: Needle) throws(CryptoError) {
        try self.init(byteCount: needle.complement.count)
        withMutableBytes { bytes in for index in bytes.indices { bytes[index] = ~needle.complement[index] } }
    }
}
