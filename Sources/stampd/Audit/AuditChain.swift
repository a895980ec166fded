// SPDX-License-Identifier: Apache-2.0
import Glibc
import SignerCore

/// Keeps where the audit stands, so that the next process goes on behind it.
protocol AuditHeadKeeper: AnyObject {
    /// Keeps `head` before its record is handed over.
    func keep(_ head: AuditHead)
}

/// Numbers each record and chains it to the one before.
struct AuditChain: ~Copyable {
    /// Of the last record; 0 before the first.
    private(set) var sequence: Int64 = 0
    private(set) var value = ChainValue.start
    private let hasher: ChainHasher
    /// The last value, then the record's lines: what is hashed, and behind the value what is sent.
    private var scratch: [UInt8] = []

    init() throws(SystemError) {
        do throws(CryptoError) { hasher = try ChainHasher() } catch {
            throw SystemError(call: "EVP_MD_CTX_new", code: ENOMEM)
        }
    }

    /// Goes on behind the record that another process sealed last.
    mutating func goOn(from head: AuditHead) { (sequence, value) = (head.sequence, head.chain) }

    /// The record as it is sent: its lines with STAMPD_SEQUENCE among them, and STAMPD_CHAIN behind them, which is the
    /// SHA-256 over the value before it (32 bytes) and those lines.
    ///
    /// - Returns: Nil where libcrypto has no memory; the record has no number then.
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
