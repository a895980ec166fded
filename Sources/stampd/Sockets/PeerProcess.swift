// SPDX-License-Identifier: Apache-2.0
import CLinux
import Glibc

/// A process that connected, by a descriptor that stands for it whoever gets its number later (pidfd_open(2)).
final class PeerProcess {
    let descriptor: CInt
    /// Whether it is certainly the one that connected: the kernel gave it by the socket, not by a number that may have
    /// become another's.
    let isCertain: Bool

    private init(_ descriptor: CInt, isCertain: Bool) {
        self.descriptor = descriptor
        self.isCertain = isCertain
    }

    deinit { close(descriptor) }

    /// What there is at the other end of a socket.
    enum Found {
        case running(PeerProcess)
        case ended
        /// The kernel has no descriptors of processes, or a sandbox around this one does not allow them.
        case untold

        var process: PeerProcess? { if case .running(let process) = self { process } else { nil } }
    }

    /// SO_PEERPIDFD where the kernel has it (6.5), else pidfd_open(2) of the number `pid`.
    ///
    /// - Throws: Where there is no descriptor or no memory left.
    static func find(at socket: CInt, pid: pid_t) throws(SystemError) -> Found {
        let exact = CLinuxGetPeerProcess(socket)
        let code = errno
        guard exact < 0 else { return found(PeerProcess(exact, isCertain: true)) }
        if isShortage(code) { throw SystemError(call: "getsockopt(SO_PEERPIDFD)", code: code) }
        // No such option, or, before 6.16, no such process any more: the number knows which, unless it became another's.
        return try find(pid)
    }

    private static func find(_ pid: pid_t) throws(SystemError) -> Found {
        let byNumber = CLinuxOpenProcess(pid)
        let code = errno
        guard byNumber < 0 else { return found(PeerProcess(byNumber, isCertain: false)) }
        if isShortage(code) { throw SystemError(call: "pidfd_open", code: code) }
        return code == ESRCH ? .ended : .untold
    }

    private static func found(_ process: PeerProcess) -> Found { process.hasEnded ? .ended : .running(process) }

    private static func isShortage(_ code: CInt) -> Bool { [EMFILE, ENFILE, ENOMEM].contains(code) }

    /// Whether it, with all its threads, is over: from then on its number may be another's.
    var hasEnded: Bool {
        var ready = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        return unsafe poll(&ready, 1, 0) != 0
    }
}
