// SPDX-License-Identifier: Apache-2.0
// load varlink|agent SOCKET CONNECTIONS CALLS: a closed loop. Each connection has one call under way and sends the next
// when its reply is there. Every reply is checked: exactly one message, and a signature. Prints one JSON object.
#define _GNU_SOURCE
#include "client.h"

#include <poll.h>
#include <sys/time.h>

enum { payload_bytes = 300, max_connections = 256, reply_timeout_seconds = 10 };

struct connection {
    uint64_t sent_at;
    size_t filled;
    char buffer[buffer_bytes];
};

struct load {
    const struct protocol *protocol;
    char call[buffer_bytes];
    size_t call_length;
    long to_send, sent, answered;
    double *latency_microseconds;
    int connection_count;
    struct pollfd descriptors[max_connections];
    struct connection connections[max_connections];
};

static void send_next(struct load *load, int index) {
    if (load->sent == load->to_send) return;
    load->sent++;
    load->connections[index].sent_at = monotonic_nanoseconds();
    write_all(load->descriptors[index].fd, load->call, load->call_length);
}

static void receive(struct load *load, int index) {
    struct connection *connection = &load->connections[index];
    connection->filled = read_more(load->descriptors[index].fd, connection->buffer, connection->filled);
    size_t length = load->protocol->frame_length(connection->buffer, connection->filled);
    if (length == 0) return;
    double microseconds = (double)(monotonic_nanoseconds() - connection->sent_at) / 1e3;
    if (length != connection->filled) fail("more than one reply to one call");
    if (!load->protocol->is_signature(connection->buffer, length)) fail("the reply is not a signature");
    connection->filled = 0;
    load->latency_microseconds[load->answered++] = microseconds;
    send_next(load, index);
}

/// One connection is read without poll, so that the latency is the server's and not the generator's.
static void run(struct load *load) {
    for (int i = 0; i < load->connection_count; i++) send_next(load, i);
    while (load->answered < load->to_send) {
        if (load->connection_count == 1) {
            receive(load, 0);
            continue;
        }
        int ready = poll(load->descriptors, (nfds_t)load->connection_count, reply_timeout_seconds * 1000);
        if (ready <= 0) fail("no reply in time");
        for (int i = 0; i < load->connection_count; i++) {
            if (load->descriptors[i].revents) receive(load, i);
        }
    }
}

static void connect_all(struct load *load, const char *path) {
    struct timeval timeout = {.tv_sec = reply_timeout_seconds};
    for (int i = 0; i < load->connection_count; i++) {
        int fd = connect_to(path);
        if (fd < 0) fail("cannot connect");
        setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof timeout);
        load->descriptors[i] = (struct pollfd){.fd = fd, .events = POLLIN};
    }
    load->call_length = load->protocol->write_sign_call(load->call, payload_bytes, load->descriptors[0].fd);
}

static int compare(const void *left, const void *right) {
    double difference = *(const double *)left - *(const double *)right;
    return (difference > 0) - (difference < 0);
}

static double percentile(const struct load *load, double fraction) {
    return load->latency_microseconds[(size_t)((double)(load->answered - 1) * fraction)];
}

int main(int argc, char **argv) {
    static struct load load;
    if (argc != 5) return fprintf(stderr, "usage: load varlink|agent SOCKET CONNECTIONS CALLS\n"), 64;
    load.protocol = protocol_named(argv[1]);
    load.connection_count = atoi(argv[3]);
    load.to_send = atol(argv[4]);
    if (load.connection_count < 1 || load.connection_count > max_connections) fail("connections: 1 to 256");
    if (load.to_send < 1 || load.to_send > 10000000) fail("calls: 1 to 10,000,000");
    load.latency_microseconds = calloc((size_t)load.to_send, sizeof(double));
    if (!load.latency_microseconds) fail("memory");
    connect_all(&load, argv[2]);
    uint64_t start = monotonic_nanoseconds();
    run(&load);
    double seconds = (double)(monotonic_nanoseconds() - start) / 1e9;
    qsort(load.latency_microseconds, (size_t)load.answered, sizeof(double), compare);
    printf("{\"calls\": %ld, \"perSecond\": %.1f, \"p50Microseconds\": %.1f, \"p99Microseconds\": %.1f, "
           "\"maxMicroseconds\": %.1f}\n",
           load.answered, (double)load.answered / seconds, percentile(&load, 0.5), percentile(&load, 0.99),
           percentile(&load, 1));
}
