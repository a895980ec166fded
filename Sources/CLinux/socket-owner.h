// SPDX-License-Identifier: Apache-2.0
// Whose socket is at the other end of a connection on this machine: sock_diag(7).
#pragma once
#include <errno.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/// One end of a TCP connection: an IPv4 address in the first four bytes, or an IPv6 address; the port in host order.
struct CLinuxTCPEnd {
    uint8_t address[16];
    uint16_t port;
};

/// The user and the inode of the connected TCP socket whose own end is `socket_end`.
struct CLinuxSocketOwner {
    uint32_t uid;
    /// 0: no process holds the socket any more, and the uid says nothing.
    uint32_t inode;
};

/// Asks the kernel for one socket by both of its ends. 0, or -1 with errno, `ENOENT` where there is no such socket.
static inline int CLinuxFindSocketOwner(int family, struct CLinuxTCPEnd socket_end, struct CLinuxTCPEnd other_end,
                                        struct CLinuxSocketOwner *owner) {
    struct {
        struct nlmsghdr header;
        struct inet_diag_req_v2 request;
    } question = {
        .header = {.nlmsg_len = sizeof question, .nlmsg_type = SOCK_DIAG_BY_FAMILY, .nlmsg_flags = NLM_F_REQUEST},
        .request = {
            .sdiag_family = (uint8_t)family,
            .sdiag_protocol = 6,  // TCP
            .idiag_states = ~0U,
            .id = {.idiag_cookie = {INET_DIAG_NOCOOKIE, INET_DIAG_NOCOOKIE}},
        },
    };
    question.request.id.idiag_sport = __builtin_bswap16(socket_end.port);
    question.request.id.idiag_dport = __builtin_bswap16(other_end.port);
    memcpy(question.request.id.idiag_src, socket_end.address, sizeof socket_end.address);
    memcpy(question.request.id.idiag_dst, other_end.address, sizeof other_end.address);
    union {
        struct nlmsghdr header;
        uint8_t bytes[8192];
    } answer;
    int kernel = socket(AF_NETLINK, SOCK_DGRAM | SOCK_CLOEXEC, NETLINK_SOCK_DIAG);
    if (kernel < 0) return -1;
    ssize_t count = send(kernel, &question, sizeof question, 0);
    // The kernel has answered by the time that send returns.
    if (count >= 0) count = recv(kernel, &answer, sizeof answer, MSG_DONTWAIT);
    int code = count < 0 ? errno : 0;
    close(kernel);
    if (code == 0 && count >= (ssize_t)NLMSG_LENGTH(sizeof(struct nlmsgerr)) && answer.header.nlmsg_type == NLMSG_ERROR)
        code = -((struct nlmsgerr *)NLMSG_DATA(&answer.header))->error;
    else if (code == 0 && (count < (ssize_t)NLMSG_LENGTH(sizeof(struct inet_diag_msg)) ||
                           answer.header.nlmsg_type != SOCK_DIAG_BY_FAMILY))
        code = EPROTO;
    if (code == 0) {
        struct inet_diag_msg *found = NLMSG_DATA(&answer.header);
        owner->uid = found->idiag_uid;
        owner->inode = found->idiag_inode;
        return 0;
    }
    errno = code;
    return -1;
}
