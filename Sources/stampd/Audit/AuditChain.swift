// SPDX-License-Identifier: Apache-2.0
import Glibc
import SignerCore

/// Keeps the audit's head, so that the next process continues after it.
protocol AuditHeadKeeper: AnyObject {
    /// Keeps `head` before its record is handed over.
    func keep(_ head: AuditHead)
}

/// Numbers each record, and chains it to the one before.
struct AuditChain: ~Copyable {
    /// The last record's number; 0 before the first.
    private(set) var sequence: Int64 = 0
    private(set) var value = ChainValue.start
    private let hasher: ChainHasher
    /// The last value, followed by the record's lines. The hash is over all of it; only the lines are sent.
    private var scratch: [UInt8] = []

    init() throws(SystemError) {
        do throws(CryptoError) { hasher = try ChainHasher() } catch {
            throw SystemError(call: "EVP_MD_CTX_new", code: ENOMEM)
        }
    }

    /// Continues after the record whose position is `head`.
    mutating func goOn(from head: AuditHead) { (sequence, value) = (head.sequence, head.chain) }

    /// Completes a record for sending. Adds STAMPD_SEQUENCE to its lines, and after them STAMPD_CHAIN: the SHA-256 over
    /// the value before it (32 bytes) and those lines.
    ///
    /// - Returns: The bytes to send; nil if libcrypto has no memory, and then the record has no number.
    mutating func seal(_ record: inout AuditRecord) -> [UInt8]? {
        record.add(.sequence, sequence + 1)
        scratch.removeAll(keepingCapacity: true)
        value.append(to: &scratch)
        record.append(to: &scratch)
        guard let next = try? hasher.hash(scratch.span) else { return nil }
        value = next
        sequence += 1
        scratch.append(contentsOf: "STAMPD_CHAIN=".utf8)
        value.appendHex(to: &scratch)
        scratch.append(UInt8(ascii: "\n"))
        return Array(scratch[ChainValue.byteCount...])
    }
}
