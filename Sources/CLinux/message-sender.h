// SPDX-License-Identifier: Apache-2.0
// Identifies the process that wrote the bytes received at a Unix socket: unix(7), SO_PASSCRED and SCM_CREDENTIALS. SO_PEERCRED
// of a connected socket names the process that created the listening socket, such as a service manager, and not the one that
// answers.
#pragma once
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/types.h>

/// From now on what comes at `socket` carries its writer's process; asked for before connecting, nothing can come without.
static inline int CLinuxAskForSenders(int socket) {
    int on = 1;
    return setsockopt(socket, SOL_SOCKET, SO_PASSCRED, &on, sizeof on);
}

/// Receives without waiting up to `count` bytes that one process wrote, and that process's number in this pid namespace (0:
/// it has none here). Descriptors that come with them are closed by the kernel. The count, 0 at the end, or -1 with errno:
/// EPROTO where the kernel does not say who wrote them.
static inline ssize_t CLinuxReceiveWithSender(int socket, void *bytes, size_t count, pid_t *sender) {
    const int credentials = 2;  // SCM_CREDENTIALS, which <sys/socket.h> shows with _GNU_SOURCE alone
    struct {
        pid_t pid;
        uid_t uid;
        gid_t gid;
    } told;
    union {
        char bytes[CMSG_SPACE(sizeof told)];
        struct cmsghdr header;
    } control;
    struct iovec piece = {.iov_base = bytes, .iov_len = count};
    struct msghdr message = {
        .msg_iov = &piece,
        .msg_iovlen = 1,
        .msg_control = control.bytes,
        .msg_controllen = sizeof control.bytes,
    };
    ssize_t received = recvmsg(socket, &message, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
    if (received <= 0) return received;
    struct cmsghdr *header = CMSG_FIRSTHDR(&message);
    if (header == NULL || header->cmsg_level != SOL_SOCKET || header->cmsg_type != credentials ||
        header->cmsg_len != CMSG_LEN(sizeof told)) {
        errno = EPROTO;
        return -1;
    }
    memcpy(&told, CMSG_DATA(header), sizeof told);
    *sender = told.pid;
    return received;
}
