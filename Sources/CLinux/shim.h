// SPDX-License-Identifier: Apache-2.0
// Calls of Linux that Swift's Glibc overlay lacks: GNU extensions and variadic functions.
#pragma once
#include <errno.h>
#include <link.h>
#include <linux/filter.h>
#include <stdint.h>
#include <sys/auxv.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/sysinfo.h>
#include <sys/types.h>
#include <unistd.h>

// Not <fcntl.h>: it would bring a struct stat of this module's.
extern int fcntl(int, int, ...);
extern int accept4(int, struct sockaddr *, socklen_t *, int);
extern long syscall(long, ...);

/// Sends one datagram without waiting, and a duplicate of a descriptor with it (unix(7), SCM_RIGHTS).
static inline ssize_t CLinuxSendDescriptor(int socket, const void *bytes, size_t count, int descriptor) {
    struct iovec piece = {.iov_base = (void *)bytes, .iov_len = count};
    union {
        char bytes[CMSG_SPACE(sizeof(int))];
        struct cmsghdr header;
    } control = {.bytes = {0}};
    struct msghdr message = {
        .msg_iov = &piece,
        .msg_iovlen = 1,
        .msg_control = control.bytes,
        .msg_controllen = sizeof control.bytes,
    };
    struct cmsghdr *header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(sizeof descriptor);
    __builtin_memcpy(CMSG_DATA(header), &descriptor, sizeof descriptor);
    return sendmsg(socket, &message, MSG_DONTWAIT | MSG_NOSIGNAL);
}

/// How many datagrams one CLinuxSendDatagrams takes.
enum { CLinuxMostDatagrams = 32 };

/// sendmmsg(2) without waiting: hands over `count` datagrams that lie one behind the other at `bytes`. How many were taken; -1
/// and errno where not even the first was.
static inline int CLinuxSendDatagrams(int socket, const void *bytes, const uint32_t *lengths, unsigned int count) {
    // struct mmsghdr, which <sys/socket.h> shows to _GNU_SOURCE alone.
    struct {
        struct msghdr header;
        unsigned int sent;
    } messages[CLinuxMostDatagrams] = {0};
    struct iovec pieces[CLinuxMostDatagrams];
    char *next = (char *)bytes;
    if (count > CLinuxMostDatagrams) count = CLinuxMostDatagrams;
    for (unsigned int index = 0; index < count; index++) {
        pieces[index] = (struct iovec){.iov_base = next, .iov_len = lengths[index]};
        messages[index].header.msg_iov = &pieces[index];
        messages[index].header.msg_iovlen = 1;
        next += lengths[index];
    }
    return (int)syscall(SYS_sendmmsg, socket, messages, count, MSG_DONTWAIT | MSG_NOSIGNAL);
}

/// accept4(2): the new descriptor is close-on-exec and does not block.
static inline int CLinuxAccept(int listener) { return accept4(listener, 0, 0, SOCK_CLOEXEC | SOCK_NONBLOCK); }

extern int close_range(unsigned int, unsigned int, int);

/// close_range(2): every descriptor from `first` on.
static inline int CLinuxCloseFrom(int first) { return close_range((unsigned int)first, ~0U, 0); }

/// Who connected, as the kernel noted it at connect(2): SO_PEERCRED of unix(7).
struct CLinuxPeerCredentials {
    pid_t pid;
    uid_t uid;
    gid_t gid;
};

static inline int CLinuxGetPeerCredentials(int socket, struct CLinuxPeerCredentials *credentials) {
    socklen_t length = sizeof *credentials;
    if (getsockopt(socket, SOL_SOCKET, SO_PEERCRED, credentials, &length) != 0) return -1;
    if (length == sizeof *credentials) return 0;
    errno = EINVAL;
    return -1;
}

/// SO_PEERPIDFD, kernel 6.5, by number: headers before it do not name it. A descriptor of the process that connected,
/// close-on-exec.
static inline int CLinuxGetPeerProcess(int socket) {
    int process = -1;
    socklen_t length = sizeof process;
    if (getsockopt(socket, SOL_SOCKET, 77, &process, &length) != 0) return -1;
    return process;
}

/// SO_PEERGROUPS: the supplementary groups of the process that connected, `capacity` at most; how many.
static inline int CLinuxGetPeerGroups(int socket, gid_t *groups, unsigned int capacity) {
    socklen_t length = capacity * sizeof *groups;
    if (getsockopt(socket, SOL_SOCKET, SO_PEERGROUPS, groups, &length) != 0) return -1;
    return (int)(length / sizeof *groups);
}

/// SO_SNDBUF of socket(7): the kernel doubles the size, and makes it 4,608 bytes at least.
static inline void CLinuxSetSendBuffer(int socket, int byteCount) {
    setsockopt(socket, SOL_SOCKET, SO_SNDBUF, &byteCount, sizeof byteCount);
}

/// prctl(2), PR_SET_DUMPABLE 0: no core, no ptrace, and /proc/self belongs to root.
static inline int CLinuxSetNotDumpable(void) { return prctl(PR_SET_DUMPABLE, 0, 0, 0, 0); }

// Flags of recv(2) and send(2), which are enumerators and macros at once.
static const int CLinuxDontWait = MSG_DONTWAIT;
static const int CLinuxPeek = MSG_PEEK;
static const int CLinuxNoSignal = MSG_NOSIGNAL;

// Types of socket(2), which are the same.
static const int CLinuxStream = SOCK_STREAM;
static const int CLinuxOwnStream = SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK;

// What epoll(7) tells of a descriptor.
static const uint32_t CLinuxReadable = EPOLLIN;
static const uint32_t CLinuxWritable = EPOLLOUT;
static const uint32_t CLinuxHungUp = EPOLLHUP | EPOLLERR;

extern int memfd_create(const char *, unsigned int);

/// pidfd_open(2): a descriptor of the process that has this number now, close-on-exec.
static inline int CLinuxOpenProcess(pid_t pid) { return (int)syscall(SYS_pidfd_open, pid, 0U); }

/// memfd_secret(2), close-on-exec; glibc has no function for it.
static inline int CLinuxMemfdSecret(void) { return (int)syscall(SYS_memfd_secret, 02000000 /* O_CLOEXEC */); }

/// memfd_create(2): close-on-exec, and may be sealed.
static inline int CLinuxMemfd(const char *name) { return memfd_create(name, 0x0001U | 0x0002U); }

// fcntl(2): F_ADD_SEALS, F_GET_SEALS, and F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW. Writing stays allowed.
enum { CLinuxAddSeals = 1033, CLinuxGetSeals = 1034, CLinuxSizeSeals = 0x0001 | 0x0002 | 0x0004 };

/// From now on the size is what it is, and no seal is added.
static inline int CLinuxSealSize(int memfd) { return fcntl(memfd, CLinuxAddSeals, CLinuxSizeSeals); }

/// Whether it is a memfd with exactly the seals of `CLinuxSealSize`. What has no seals answers -1, every bit of it set.
static inline int CLinuxIsSizeSealed(int descriptor) {
    int seals = fcntl(descriptor, CLinuxGetSeals);
    return seals >= 0 && seals == CLinuxSizeSeals;
}

/// Whether it is a memfd_secret: it has no seals, and cannot be read(2), which an ordinary file can.
static inline int CLinuxIsMemfdSecret(int descriptor) {
    char byte;
    if (fcntl(descriptor, CLinuxGetSeals) != -1 || errno != EINVAL) return 0;
    return read(descriptor, &byte, 1) == -1 && errno == EINVAL;
}

/// sysinfo(2): whether there is swap; -1 where that cannot be told.
static inline int CLinuxIsSwapOn(void) {
    struct sysinfo information;
    if (sysinfo(&information) != 0) return -1;
    return information.totalswap > 0;
}

/// environ(7): pointers to the variables, at first into the memory that the kernel filled at exec.
static inline char **CLinuxEnvironment(void) {
    extern char **environ;
    return environ;
}

/// glibc's dynamic linker: the stack at the program's entry.
extern void *__libc_stack_end;

/// The arguments of execve(2) as the kernel left them at the program's entry: argc, argv, NULL, then the environment (System
/// V ABI, initial process stack). At least the program's name; NULL where that is not what lies there. `environ` would lead
/// there only as long as no code has called setenv(3).
static inline char **CLinuxArguments(int *count) {
    enum { mostArguments = 1 << 20 };  // execve(2) takes 6 MiB of them, each with its pointer
    const uintptr_t *entry = (const uintptr_t *)__libc_stack_end;
    char **arguments = (char **)(entry + 1);
    if (entry == 0 || *entry == 0 || *entry > mostArguments) return 0;
    for (uintptr_t n = 0; n < *entry; n++)
        if (arguments[n] == 0) return 0;
    if (arguments[*entry] != 0) return 0;
    *count = (int)*entry;
    return arguments;
}

/// The environment of execve(2) as the kernel left it, whatever environ(7) has become; NULL where it is not there.
static inline char **CLinuxInitialEnvironment(void) {
    int count = 0;
    char **arguments = CLinuxArguments(&count);
    return arguments == 0 ? 0 : arguments + count + 1;
}

/// The first members of struct dl_phdr_info (dl_iterate_phdr(3)), which the headers show with _GNU_SOURCE alone.
struct CLinuxObject {
    ElfW(Addr) address;
    const char *name;
    const ElfW(Phdr) *headers;
    ElfW(Half) count;
};
extern int dl_iterate_phdr(int (*)(struct dl_phdr_info *, size_t, void *), void *);

static inline int CLinuxReleaseObjectText(struct dl_phdr_info *info, size_t size, void *page) {
    const struct CLinuxObject *object = (const struct CLinuxObject *)info;
    for (size_t index = 0; index < object->count; index++) {
        const ElfW(Phdr) *header = &object->headers[index];
        if (header->p_type != PT_LOAD || (header->p_flags & PF_W) != 0) continue;
        uintptr_t begin = object->address + header->p_vaddr, start = begin & ~(*(uintptr_t *)page - 1);
        madvise((void *)start, begin + header->p_memsz - start, MADV_DONTNEED);
    }
    return 0;
}

/// Gives back the memory that holds the code and constants of the program and its libraries: the kernel maps them again,
/// from the page cache or the file, where they are used again. Segments that can be written stay.
static inline void CLinuxReleaseProgramText(void) {
    uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
    dl_iterate_phdr(CLinuxReleaseObjectText, &page);
}

/// prctl(2), PR_SET_NO_NEW_PRIVS: no program that is executed gives more rights; asked for by what follows.
static inline int CLinuxSetNoNewPrivileges(void) { return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); }

/// prctl(2), PR_SET_MDWE with PR_MDWE_REFUSE_EXEC_GAIN: no memory is ever writable and code, nor becomes code.
/// By number: kernel headers before 6.3 do not name it.
static inline int CLinuxDenyWritableCode(void) { return prctl(65, 1UL, 0UL, 0UL, 0UL); }

/// seccomp(2), SECCOMP_SET_MODE_FILTER for the calling thread.
static inline int CLinuxInstallFilter(const struct sock_filter *instructions, unsigned short count) {
    struct sock_fprog program = {count, (struct sock_filter *)instructions};
    return (int)syscall(SYS_seccomp, 1UL, 0UL, &program);
}

/// O_PATH of open(2), on every architecture here: the descriptor names a place and opens nothing.
static const int CLinuxPathOnly = 010000000;

// landlock(7). The structures are ours, since kernel headers know those of their own ABI only; a kernel takes longer ones
// whose unknown members are zero.
struct CLinuxLandlockRules {
    uint64_t files;
    uint64_t ports;
    uint64_t scopes;
};

struct __attribute__((packed)) CLinuxLandlockPath {
    uint64_t allowed;
    int32_t directory;
};

/// LANDLOCK_CREATE_RULESET_VERSION: the newest ABI of the kernel.
static inline int CLinuxLandlockABI(void) { return (int)syscall(SYS_landlock_create_ruleset, (void *)0, 0UL, 1UL); }

/// landlock_create_ruleset(2): a descriptor, close-on-exec.
static inline int CLinuxLandlockCreate(uint64_t files, uint64_t ports, uint64_t scopes) {
    struct CLinuxLandlockRules rules = {files, ports, scopes};
    return (int)syscall(SYS_landlock_create_ruleset, &rules, sizeof rules, 0UL);
}

/// landlock_add_rule(2), LANDLOCK_RULE_PATH_BENEATH.
static inline int CLinuxLandlockAllow(int ruleset, int directory, uint64_t allowed) {
    struct CLinuxLandlockPath path = {allowed, directory};
    return (int)syscall(SYS_landlock_add_rule, ruleset, 1UL, &path, 0UL);
}

/// landlock_restrict_self(2).
static inline int CLinuxLandlockRestrict(int ruleset) { return (int)syscall(SYS_landlock_restrict_self, ruleset, 0UL); }

/// SO_MEMINFO of socket(7): the kernel's memory for what was sent at a socket and not read yet, in bytes; 0 where the
/// kernel does not tell. By number: SK_MEMINFO_WMEM_ALLOC of <linux/sock_diag.h> is the third of nine.
static inline uint32_t CLinuxGetUnreadMemory(int socket) {
    uint32_t memory[9] = {0};
    socklen_t length = sizeof memory;
    if (getsockopt(socket, SOL_SOCKET, 55, memory, &length) != 0) return 0;
    return memory[2];
}
