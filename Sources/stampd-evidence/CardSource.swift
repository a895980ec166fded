// SPDX-License-Identifier: Apache-2.0
import CLinux
import Glibc
import Varlink

/// Asks a frame for its card at its deliver socket, and accepts an answer only from a process of the frame's unit.
struct CardSource {
    /// The socket's path.
    let path: String
    /// The frame's unit, such as `stampd@web.service`.
    let unit: String
    /// Returns the unit of the process that has this number now; nil if it has none, or its unit cannot be determined.
    var unitOf: (pid_t) -> String? = ProcessUnit.name(of:)

    /// Returns the card's bytes, one JSON object in UTF-8, at most 16 KiB, as a process of the unit answered them.
    ///
    /// The frame is asked twice. A pidfd holds the sender of the first answer, and its unit is looked up; then the socket
    /// must be empty, so that the second answer was written after that. The second answer counts if it has the same
    /// sender, which has not ended and is still in the unit. So the number identified one process all the time, on every
    /// kernel: before Linux 6.5, no kernel passes a pidfd with a message.
    /// - Throws: The fault that prevented an answer that counts; `.tooLate(.frame)` at the deadline.
    func card(by deadline: Deadline) throws(EvidenceFault) -> [UInt8] {
        let connection = try DeliverConnection(path)
        let first = try connection.ask(by: deadline)
        let process = CLinuxOpenProcess(first.sender)
        guard process >= 0 else {
            let code = errno
            throw [ESRCH, EINVAL].contains(code) ? .senderGone : .system(SystemFault(call: "pidfd_open", code: code))
        }
        defer { close(process) }
        try checkUnit(of: first.sender, process)
        try connection.expectSilence()
        let second = try connection.ask(by: deadline)
        guard second.sender == first.sender else { throw .twoSenders }
        try checkUnit(of: first.sender, process)
        return try CardAnswer.card(in: second.bytes.span)
    }

    private func checkUnit(of sender: pid_t, _ process: CInt) throws(EvidenceFault) {
        let found = unitOf(sender)
        // Checked after the lookup, so that the lookup was about this process.
        guard !Self.hasEnded(process) else { throw .senderGone }
        guard found == unit else { throw .wrongUnit(pid: sender, unit: found) }
    }

    private static func hasEnded(_ process: CInt) -> Bool {
        var ready = pollfd(fd: process, events: Int16(POLLIN), revents: 0)
        return unsafe poll(&ready, 1, 0) != 0
    }
}
