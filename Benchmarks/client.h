// SPDX-License-Identifier: Apache-2.0
// The two protocols as a client sees them, for load.c and start.c: Varlink (one NUL ends a message) and ssh-agent's
// (draft-ietf-sshm-ssh-agent: a length of 4 bytes, big-endian, begins a message).
#pragma once
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

enum { buffer_bytes = 65536 };

struct protocol {
    const char *name;
    /// Writes a request that the server answers without a key; returns its length in bytes.
    size_t (*write_status_call)(char *out);
    /// Writes a call for one signature over `payload_bytes` bytes; may ask the server for its key first.
    size_t (*write_sign_call)(char *out, size_t payload_bytes, int fd);
    /// The length in bytes of the message that begins here, with its ends; 0 where it is not all there.
    size_t (*frame_length)(const char *bytes, size_t count);
    /// Whether the message is a signature, and not an error.
    int (*is_signature)(const char *message, size_t count);
};

__attribute__((noreturn)) static void fail(const char *what) {
    fprintf(stderr, "failed: %s\n", what);
    exit(1);
}

__attribute__((unused)) static uint64_t monotonic_nanoseconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

/// A connected socket, or −1.
static int connect_to(const char *path) {
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    if (strlen(path) >= sizeof address.sun_path) fail("the socket's path is too long");
    strcpy(address.sun_path, path);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0) fail("socket");
    if (connect(fd, (struct sockaddr *)&address, sizeof address) == 0) return fd;
    close(fd);
    return -1;
}

static void write_all(int fd, const char *bytes, size_t count) {
    while (count > 0) {
        ssize_t written = send(fd, bytes, count, MSG_NOSIGNAL);
        if (written <= 0) fail("the server does not read");
        bytes += written;
        count -= (size_t)written;
    }
}

/// Reads once and adds to what is there.
static size_t read_more(int fd, char *buffer, size_t filled) {
    ssize_t count = read(fd, buffer + filled, buffer_bytes - filled);
    if (count <= 0) fail("the server closed the connection or did not answer in time");
    return filled + (size_t)count;
}

/// Sends the call and reads exactly one message into the buffer; returns its length in bytes.
static size_t exchange(const struct protocol *protocol, int fd, const char *call, size_t count, char *buffer) {
    size_t filled = 0, length = 0;
    write_all(fd, call, count);
    while (length == 0) {
        filled = read_more(fd, buffer, filled);
        length = protocol->frame_length(buffer, filled);
    }
    if (length != filled) fail("more than one reply to one call");
    return length;
}

// MARK: Varlink

static size_t varlink_write_status_call(char *out) {
    return (size_t)sprintf(out, "{\"method\":\"io.stampd.Stamper.GetStatus\"}") + 1;
}

/// The payload is JSON as the API's are, so it has quotes to escape: an activity that is filled up to the size asked.
static size_t varlink_write_sign_call(char *out, size_t payload_bytes, int fd) {
    (void)fd;
    static const char before[] = "{\\\"type\\\":\\\"ACTIVITY_TYPE_CREATE_API_KEYS_V2\\\",\\\"parameters\\\":\\\"",
                      after[] = "\\\"}";
    const size_t escapes = 9, fixed = sizeof before - 1 + sizeof after - 1 - escapes;
    if (payload_bytes < fixed) fail("the payload is too short");
    int fill = (int)(payload_bytes - fixed);
    return (size_t)sprintf(out, "{\"method\":\"io.stampd.Stamper.Stamp\",\"parameters\":{\"payload\":\"%s%0*d%s\"}}",
                           before, fill, 0, after) + 1;
}

static size_t varlink_frame_length(const char *bytes, size_t count) {
    const char *end = memchr(bytes, 0, count);
    return end ? (size_t)(end + 1 - bytes) : 0;
}

static int varlink_is_signature(const char *message, size_t count) {
    return message[count - 1] == 0 && !strstr(message, "\"error\"") && strstr(message, "\"stampHeaderValue\":\"");
}

// MARK: ssh-agent

enum { request_identities = 11, identities_answer = 12, sign_request = 13, sign_response = 14 };

static char *write_uint32(char *out, uint32_t value) {
    for (int shift = 24; shift >= 0; shift -= 8) *out++ = (char)(value >> shift);
    return out;
}

static uint32_t read_uint32(const char *bytes) {
    uint32_t value = 0;
    for (int i = 0; i < 4; i++) value = value << 8 | (unsigned char)bytes[i];
    return value;
}

static size_t agent_write_status_call(char *out) {
    *write_uint32(out, 1) = request_identities;
    return 5;
}

static size_t agent_frame_length(const char *bytes, size_t count) {
    size_t length = count < 4 ? 0 : 4 + (size_t)read_uint32(bytes);
    return length <= count ? length : 0;
}

static const struct protocol agent_protocol;

static size_t agent_write_sign_call(char *out, size_t payload_bytes, int fd) {
    static char answer[buffer_bytes];
    size_t length = exchange(&agent_protocol, fd, out, agent_write_status_call(out), answer);
    if (length < 13 || answer[4] != identities_answer || read_uint32(answer + 5) != 1) fail("ssh-agent needs one key");
    uint32_t key_bytes = read_uint32(answer + 9);
    if (key_bytes > length - 13) fail("ssh-agent's key is cut off");
    char *end = write_uint32(out, (uint32_t)(1 + 4 + key_bytes + 4 + payload_bytes + 4));
    *end++ = sign_request;
    end = mempcpy(write_uint32(end, key_bytes), answer + 13, key_bytes);
    end = write_uint32(end, (uint32_t)payload_bytes);
    memset(end, 'p', payload_bytes);
    end = write_uint32(end + payload_bytes, 0);  // no flags
    return (size_t)(end - out);
}

static int agent_is_signature(const char *message, size_t count) {
    static const char algorithm[] = "ecdsa-sha2-nistp256";  // follows the two lengths: signature, name
    if (count <= 13 + sizeof algorithm || message[4] != sign_response) return 0;
    return !memcmp(message + 13, algorithm, sizeof algorithm - 1);
}

static const struct protocol varlink_protocol = {"varlink", varlink_write_status_call, varlink_write_sign_call,
                                                 varlink_frame_length, varlink_is_signature};
static const struct protocol agent_protocol = {"agent", agent_write_status_call, agent_write_sign_call,
                                               agent_frame_length, agent_is_signature};

static const struct protocol *protocol_named(const char *name) {
    if (!strcmp(name, varlink_protocol.name)) return &varlink_protocol;
    if (!strcmp(name, agent_protocol.name)) return &agent_protocol;
    fail("the protocol is varlink or agent");
}
