// SPDX-License-Identifier: Apache-2.0
// floor SOCKET: the least that a stamping server can do, on one thread. It reads messages ended by NUL, finds the payload
// by a plain scan, hashes, signs with a reused context and writes the reply. No JSON parser, no limits, no sessions.
#define _GNU_SOURCE
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "sign.h"

enum { buffer_bytes = 65536, stamp_bytes = 512, events_a_turn = 64 };

struct connection {
    int fd;
    size_t filled;
    char buffer[buffer_bytes];
};

static char *append(char *out, const char *text) { return stpcpy(out, text); }

static char *write_base64url(char *out, const unsigned char *bytes, size_t count) {
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    size_t i = 0;
    for (; i + 3 <= count; i += 3) {
        unsigned three = (unsigned)bytes[i] << 16 | (unsigned)bytes[i + 1] << 8 | bytes[i + 2];
        for (int shift = 18; shift >= 0; shift -= 6) *out++ = digits[three >> shift & 63];
    }
    if (i == count) return out;
    unsigned last = (unsigned)bytes[i] << 16 | (i + 1 < count ? (unsigned)bytes[i + 1] << 8 : 0);
    *out++ = digits[last >> 18];
    *out++ = digits[last >> 12 & 63];
    if (i + 1 < count) *out++ = digits[last >> 6 & 63];
    return out;
}

/// Copies the payload out of the message, without its backslashes; returns its length in bytes.
static size_t copy_payload(const char *message, char *payload) {
    static const char member[] = "\"payload\":\"";
    const char *from = strstr(message, member);
    require(from != NULL, "finding the payload");
    char *to = payload;
    for (from += sizeof member - 1; *from && *from != '"'; from++) {
        if (*from == '\\' && from[1]) from++;
        *to++ = *from;
    }
    return (size_t)(to - payload);
}

static void answer(struct signer *signer, int fd, const char *message) {
    static char payload[buffer_bytes];
    unsigned char der[max_der_bytes];
    char stamp[stamp_bytes], reply[2 * stamp_bytes], *end = stamp;
    size_t length = sign(signer, payload, copy_payload(message, payload), der);
    end = append(append(append(end, "{\"publicKey\":\""), signer->public_key_hex),
                 "\",\"scheme\":\"SIGNATURE_SCHEME_TK_API_P256\",\"signature\":\"");
    end = write_hex(end, der, length);
    end = append(end, "\"}");
    size_t stamp_length = (size_t)(end - stamp);
    end = append(reply, "{\"parameters\":{\"stampHeaderName\":\"X-Stamp\",\"stampHeaderValue\":\"");
    end = write_base64url(end, (unsigned char *)stamp, stamp_length);
    end = append(end, "\"}}") + 1;  // the NUL belongs to the message
    require(write(fd, reply, (size_t)(end - reply)) == end - reply, "write");
}

/// Answers every whole message that is there; returns 0 where the peer has gone.
static int serve(struct signer *signer, struct connection *peer) {
    ssize_t count = read(peer->fd, peer->buffer + peer->filled, buffer_bytes - peer->filled);
    if (count <= 0) return 0;
    peer->filled += (size_t)count;
    char *message = peer->buffer, *end;
    while ((end = memchr(message, 0, peer->filled))) {
        answer(signer, peer->fd, message);
        peer->filled -= (size_t)(end + 1 - message);
        message = end + 1;
    }
    memmove(peer->buffer, message, peer->filled);
    return 1;
}

static void accept_one(int listener, int poll) {
    struct connection *peer = calloc(1, sizeof *peer);
    require(peer && (peer->fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC)) >= 0, "accept");
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = peer};
    require(epoll_ctl(poll, EPOLL_CTL_ADD, peer->fd, &event) == 0, "epoll_ctl");
}

static int listen_at(const char *path) {
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    require(strlen(path) < sizeof address.sun_path, "a path that fits");
    strcpy(address.sun_path, path);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    require(bind(fd, (struct sockaddr *)&address, sizeof address) == 0 && listen(fd, 128) == 0, "listening");
    return fd;
}

int main(int argc, char **argv) {
    if (argc != 2) return fprintf(stderr, "usage: floor SOCKET\n"), 64;
    struct signer signer;
    make_signer(&signer);
    int listener = listen_at(argv[1]), poll = epoll_create1(EPOLL_CLOEXEC);
    struct epoll_event first = {.events = EPOLLIN, .data.ptr = NULL}, events[events_a_turn];
    require(epoll_ctl(poll, EPOLL_CTL_ADD, listener, &first) == 0, "epoll_ctl");
    for (;;) {
        int count = epoll_wait(poll, events, events_a_turn, -1);
        for (int i = 0; i < count; i++) {
            struct connection *peer = events[i].data.ptr;
            if (!peer) {
                accept_one(listener, poll);
            } else if (!serve(&signer, peer)) {
                close(peer->fd);
                free(peer);
            }
        }
    }
}
