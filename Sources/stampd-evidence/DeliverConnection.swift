// SPDX-License-Identifier: Apache-2.0
import CLinux
import Glibc
import Varlink

/// A connection to a frame's deliver socket that learns from the kernel which process wrote each answer.
struct DeliverConnection: ~Copyable {
    /// An answer without its NUL, and the one process that wrote it.
    struct Answer {
        let bytes: [UInt8]
        let sender: pid_t
    }

    /// The largest answer, in bytes: a card of 16 KiB with every byte escaped, and the members around it.
    static let answerLimitBytes = 6 * CardAnswer.cardLimitBytes + 4096

    private static let call = Array(#"{"method":"io.stampd.Delivery.GetCard"}"#.utf8) + [0]

    private let descriptor: CInt

    /// Connects without waiting.
    ///
    /// - Throws: `.noFrame`.
    init(_ path: String) throws(EvidenceFault) {
        descriptor = socket(AF_UNIX, CLinuxOwnStream, 0)
        guard descriptor >= 0 else { throw .system(SystemFault(call: "socket", code: errno)) }
        guard CLinuxAskForSenders(descriptor) == 0 else {
            throw .system(SystemFault(call: "setsockopt(SO_PASSCRED)", code: errno))
        }
        guard Self.connect(descriptor, to: path) == 0 else {
            throw .noFrame(SystemFault(call: "connect", code: errno))
        }
    }

    deinit { if descriptor >= 0 { close(descriptor) } }

    /// Sends GetCard, and reads the answer to it.
    func ask(by deadline: Deadline) throws(EvidenceFault) -> Answer {
        // A call this short is sent whole or not at all.
        let sent = unsafe send(descriptor, Self.call, Self.call.count, CLinuxNoSignal | CLinuxDontWait)
        guard sent == Self.call.count else { throw .frameHungUp }
        var bytes: [UInt8] = []
        var sender: pid_t?
        repeat {
            guard let from = try receive(into: &bytes, by: deadline) else { throw .frameHungUp }
            guard from > 0 else { throw .senderGone }
            guard sender == nil || sender == from else { throw .twoSenders }
            sender = from
            guard bytes.count <= Self.answerLimitBytes else { throw .answerTooLong }
        } while bytes.last != 0 && !bytes.contains(0)
        guard let end = bytes.firstIndex(of: 0), end == bytes.count - 1, let sender else { throw .answerUnasked }
        bytes.removeLast()
        return Answer(bytes: bytes, sender: sender)
    }

    /// Checks that no unread bytes have come.
    func expectSilence() throws(EvidenceFault) {
        var byte: UInt8 = 0
        let count = unsafe recv(descriptor, &byte, 1, CLinuxPeek | CLinuxDontWait)
        if count > 0 { throw .answerUnasked }
        if count == 0 || errno != EAGAIN { throw .frameHungUp }
    }

    /// Appends the bytes that one process wrote, and returns its number, or nil at the end.
    private func receive(into bytes: inout [UInt8], by deadline: Deadline) throws(EvidenceFault) -> pid_t? {
        var piece = [UInt8](repeating: 0, count: 16384)
        var sender: pid_t = 0
        while true {
            try deadline.wait(for: descriptor, POLLIN, .frame)
            let count = unsafe CLinuxReceiveWithSender(descriptor, &piece, piece.count, &sender)
            if count > 0 {
                bytes += piece[..<count]
                return sender
            }
            if count == 0 || errno == ECONNRESET { return nil }
            guard errno == EAGAIN || errno == EINTR else { throw .system(SystemFault(call: "recvmsg", code: errno)) }
        }
    }

    private static func connect(_ descriptor: CInt, to path: String) -> CInt {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let room = MemoryLayout.size(ofValue: address.sun_path)
        guard path.utf8.count < room else {
            errno = ENAMETOOLONG
            return -1
        }
        unsafe withUnsafeMutableBytes(of: &address.sun_path) { unsafe $0.copyBytes(from: path.utf8) }
        return unsafe withUnsafePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe Glibc.connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
    }
}
