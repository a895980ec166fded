// SPDX-License-Identifier: Apache-2.0

/// A system call: its name, and its number on each architecture that has it.
struct SystemCall: Sendable {
    let name: StaticString
    let x86: UInt32?
    let arm: UInt32?

    init(_ name: StaticString, _ x86: UInt32?, _ arm: UInt32?) {
        self.name = name
        self.x86 = x86
        self.arm = arm
    }

    func number(on architecture: Architecture) -> UInt32? {
        switch architecture {
        case .x86: x86
        case .arm: arm
        }
    }
}

/// The architectures for which a filter can be made.
enum Architecture: CaseIterable {
    case x86
    case arm

    /// The architecture that this was built for; nil if there is no table for it.
    static var current: Architecture? {
        #if arch(x86_64)
        .x86
        #elseif arch(arm64)
        .arm
        #else
        nil
        #endif
    }

    /// seccomp(2)'s number of the architecture: AUDIT_ARCH_X86_64, AUDIT_ARCH_AARCH64 of <linux/audit.h>.
    var auditNumber: UInt32 {
        switch self {
        case .x86: 0xc000_003e
        case .arm: 0xc000_00b7
        }
    }
}

/// The system calls that a running frame needs, found by tracing every test, and those that libc uses in their place
/// elsewhere.
///
/// All others are refused; those in neither list here with EPERM.
extension SystemCall {
    /// The calls of an ordinary Stamp: allowed, and checked first, since the filter goes through its list from the
    /// front.
    static let ordinary: [SystemCall] = [
        SystemCall("epoll_wait", 232, nil),
        SystemCall("epoll_pwait", 281, 22),
        SystemCall("getpid", 39, 172),
        SystemCall("recvfrom", 45, 207),
        SystemCall("sendto", 44, 206),
        SystemCall("sendmmsg", 307, 269),
        SystemCall("clock_gettime", 228, 113),
    ]

    /// Further calls that are allowed with any arguments.
    static let allowed: [SystemCall] = [
        // The loop: descriptors, timers, signals.
        SystemCall("epoll_pwait2", 441, 441),
        SystemCall("epoll_ctl", 233, 21),
        SystemCall("epoll_create1", 291, 20),
        SystemCall("timerfd_create", 283, 85),
        SystemCall("timerfd_settime", 286, 86),
        SystemCall("signalfd4", 289, 74),
        SystemCall("poll", 7, nil),
        SystemCall("ppoll", 271, 73),
        SystemCall("rt_sigprocmask", 14, 135),
        SystemCall("rt_sigaction", 13, 134),
        SystemCall("rt_sigreturn", 15, 139),
        SystemCall("restart_syscall", 219, 128),
        // Peers, and the service manager.
        SystemCall("accept4", 288, 242),
        SystemCall("recvmsg", 47, 212),
        SystemCall("sendmsg", 46, 211),
        SystemCall("connect", 42, 203),
        SystemCall("shutdown", 48, 210),
        SystemCall("getsockopt", 55, 209),
        SystemCall("getsockname", 51, 204),
        SystemCall("getpeername", 52, 205),
        SystemCall("pidfd_open", 434, 434),
        // Open files, /proc, removing own sockets, memory that is kept over a restart.
        SystemCall("read", 0, 63),
        SystemCall("readv", 19, 65),
        SystemCall("pread64", 17, 67),
        SystemCall("write", 1, 64),
        SystemCall("writev", 20, 66),
        SystemCall("close", 3, 57),
        SystemCall("fstat", 5, 80),
        SystemCall("newfstatat", 262, 79),
        SystemCall("statx", 332, 291),
        SystemCall("lseek", 8, 62),
        SystemCall("readlink", 89, nil),
        SystemCall("readlinkat", 267, 78),
        SystemCall("statfs", 137, 43),
        SystemCall("fstatfs", 138, 44),
        SystemCall("unlinkat", 263, 35),
        SystemCall("memfd_create", 319, 279),
        SystemCall("memfd_secret", 447, 447),
        SystemCall("ftruncate", 77, 46),
        // Memory.
        SystemCall("brk", 12, 214),
        SystemCall("munmap", 11, 215),
        SystemCall("mremap", 25, 216),
        SystemCall("madvise", 28, 233),
        SystemCall("mlock", 149, 228),
        SystemCall("mlock2", 325, 284),
        SystemCall("munlock", 150, 229),
        // Calls that libc, libcrypto and the runtime make by themselves, here or on another kernel.
        SystemCall("futex", 202, 98),
        SystemCall("getrandom", 318, 278),
        SystemCall("gettimeofday", 96, 169),
        SystemCall("time", 201, nil),
        SystemCall("clock_getres", 229, 114),
        SystemCall("gettid", 186, 178),
        SystemCall("getuid", 102, 174),
        SystemCall("geteuid", 107, 175),
        SystemCall("getgid", 104, 176),
        SystemCall("getegid", 108, 177),
        SystemCall("uname", 63, 160),
        SystemCall("sysinfo", 99, 179),
        SystemCall("sched_yield", 24, 124),
        SystemCall("sched_getaffinity", 204, 123),
        SystemCall("exit", 60, 93),
        SystemCall("exit_group", 231, 94),
    ]

    /// Calls that no code of a frame makes. Injected code that makes one ends the process.
    static let fatal: [SystemCall] = [
        // Other programs and processes.
        SystemCall("execve", 59, 221),
        SystemCall("execveat", 322, 281),
        SystemCall("fork", 57, nil),
        SystemCall("vfork", 58, nil),
        SystemCall("clone", 56, 220),
        SystemCall("clone3", 435, 435),
        // Other processes' memory and descriptors.
        SystemCall("ptrace", 101, 117),
        SystemCall("process_vm_readv", 310, 270),
        SystemCall("process_vm_writev", 311, 271),
        SystemCall("process_madvise", 440, 440),
        SystemCall("pidfd_getfd", 438, 438),
        SystemCall("kcmp", 312, 272),
        // Other views of the system, other identities.
        SystemCall("mount", 165, 40),
        SystemCall("umount2", 166, 39),
        SystemCall("pivot_root", 155, 41),
        SystemCall("chroot", 161, 51),
        SystemCall("open_tree", 428, 428),
        SystemCall("move_mount", 429, 429),
        SystemCall("fsopen", 430, 430),
        SystemCall("fsconfig", 431, 431),
        SystemCall("fsmount", 432, 432),
        SystemCall("mount_setattr", 442, 442),
        SystemCall("unshare", 272, 97),
        SystemCall("setns", 308, 268),
        SystemCall("setuid", 105, 146),
        SystemCall("setgid", 106, 144),
        SystemCall("setreuid", 113, 145),
        SystemCall("setregid", 114, 143),
        SystemCall("setresuid", 117, 147),
        SystemCall("setresgid", 119, 149),
        SystemCall("setgroups", 116, 159),
        SystemCall("setfsuid", 122, 151),
        SystemCall("setfsgid", 123, 152),
        SystemCall("capset", 126, 91),
        SystemCall("personality", 135, 92),
        // The kernel's own code, and the interfaces that were attacked most often.
        SystemCall("bpf", 321, 280),
        SystemCall("userfaultfd", 323, 282),
        SystemCall("perf_event_open", 298, 241),
        SystemCall("io_uring_setup", 425, 425),
        SystemCall("io_uring_enter", 426, 426),
        SystemCall("io_uring_register", 427, 427),
        SystemCall("keyctl", 250, 219),
        SystemCall("add_key", 248, 217),
        SystemCall("request_key", 249, 218),
        SystemCall("init_module", 175, 105),
        SystemCall("finit_module", 313, 273),
        SystemCall("delete_module", 176, 106),
        SystemCall("kexec_load", 246, 104),
        SystemCall("kexec_file_load", 320, 294),
        SystemCall("modify_ldt", 154, nil),
        SystemCall("iopl", 172, nil),
        SystemCall("ioperm", 173, nil),
    ]

    // Allowed only with certain arguments.
    static let map = SystemCall("mmap", 9, 222)
    static let protect = SystemCall("mprotect", 10, 226)
    static let socket = SystemCall("socket", 41, 198)
    static let openAt = SystemCall("openat", 257, 56)
    static let control = SystemCall("fcntl", 72, 25)
    static let socketOption = SystemCall("setsockopt", 54, 208)
    static let signalThread = SystemCall("tgkill", 234, 131)
}
