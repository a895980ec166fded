// SPDX-License-Identifier: Apache-2.0
import CLinux
import Glibc

/// A process that connected, by its pidfd (pidfd_open(2)), which never stands for another process, even if the id is
/// reused.
final class PeerProcess {
    let descriptor: CInt
    /// Whether it is certainly the process that connected: the kernel gave the pidfd by the socket, not by a process id
    /// that may have been reused.
    let isCertain: Bool

    private init(_ descriptor: CInt, isCertain: Bool) {
        self.descriptor = descriptor
        self.isCertain = isCertain
    }

    deinit { close(descriptor) }

    /// The results of looking for the process at the other end of a socket.
    enum Found {
        case running(PeerProcess)
        case ended
        /// The kernel has no pidfds, or a sandbox around this process does not allow them.
        case untold

        var process: PeerProcess? { if case .running(let process) = self { process } else { nil } }
    }

    /// Finds the process: by SO_PEERPIDFD if the kernel has it (6.5), else by pidfd_open(2) of the process id `pid`.
    ///
    /// - Throws: `SystemError` if there is no descriptor or no memory left.
    static func find(at socket: CInt, pid: pid_t) throws(SystemError) -> Found {
        let exact = CLinuxGetPeerProcess(socket)
        let code = errno
        guard exact < 0 else { return found(PeerProcess(exact, isCertain: true)) }
        if isShortage(code) { throw SystemError(call: "getsockopt(SO_PEERPIDFD)", code: code) }
        // The option does not exist, or, before 6.16, the process has exited. The process id tells which, unless it was
        // reused.
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

    /// Whether the process has exited with all its threads. From then on its id may be reused.
    var hasEnded: Bool {
        var ready = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        return unsafe poll(&ready, 1, 0) != 0
    }
}
