// SPDX-License-Identifier: Apache-2.0
// start varlink|agent SOCKET RUNS COMMAND…: milliseconds from exec until the server at SOCKET has answered a first call,
// a JSON array. Each run starts COMMAND, connects as soon as it can, reads one answer, and ends COMMAND by SIGTERM.
#define _GNU_SOURCE
#include "client.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/time.h>
#include <sys/wait.h>

enum { max_runs = 1000, timeout_seconds = 10, connect_pause_microseconds = 50 };

extern char **environ;

static pid_t server;

static void end_server(int by_signal) {
    if (server > 0) kill(server, by_signal);
}

/// Nothing that was started outlives this program, also where it fails.
static void kill_server(void) { end_server(SIGKILL); }

static pid_t spawn(char **command) {
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
    posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
    pid_t child = -1;
    if (posix_spawnp(&child, command[0], &actions, NULL, command, environ) != 0) fail("cannot start the server");
    posix_spawn_file_actions_destroy(&actions);
    return child;
}

static int connect_when_ready(const char *path, uint64_t deadline) {
    for (;;) {
        int fd = connect_to(path);
        if (fd >= 0) return fd;
        if (monotonic_nanoseconds() > deadline) fail("the server was not ready in time");
        if (waitpid(server, NULL, WNOHANG) == server) {
            server = 0;
            fail("the server ended by itself");
        }
        usleep(connect_pause_microseconds);
    }
}

static double run_once(const struct protocol *protocol, const char *path, char **command) {
    static char call[buffer_bytes], reply[buffer_bytes];
    struct timeval timeout = {.tv_sec = timeout_seconds};
    size_t length = protocol->write_status_call(call);
    uint64_t start = monotonic_nanoseconds();
    server = spawn(command);
    int fd = connect_when_ready(path, start + timeout_seconds * 1000000000ull);
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof timeout);
    exchange(protocol, fd, call, length, reply);
    double milliseconds = (double)(monotonic_nanoseconds() - start) / 1e6;
    close(fd);
    end_server(SIGTERM);
    alarm(timeout_seconds);  // a server that does not end is killed: waitpid then returns
    while (waitpid(server, NULL, 0) < 0 && errno == EINTR) end_server(SIGKILL);
    alarm(0);
    server = 0;
    return milliseconds;
}

static void on_alarm(int number) { (void)number; }

int main(int argc, char **argv) {
    long runs = argc > 4 ? atol(argv[3]) : 0;
    if (runs < 1 || runs > max_runs) return fprintf(stderr, "usage: start varlink|agent SOCKET RUNS COMMAND…\n"), 64;
    const struct sigaction interrupt = {.sa_handler = on_alarm};
    sigaction(SIGALRM, &interrupt, NULL);
    atexit(kill_server);
    printf("[");
    for (long i = 0; i < runs; i++) {
        printf("%s%.3f", i ? ", " : "", run_once(protocol_named(argv[1]), argv[2], argv + 4));
    }
    printf("]\n");
}
