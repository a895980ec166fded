// SPDX-License-Identifier: Apache-2.0
// A child that ends with the thread that starts it: prctl(2), PR_SET_PDEATHSIG, which posix_spawn(3) cannot ask for.
#pragma once
#include <errno.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/types.h>
#include <unistd.h>

extern int pipe2(int[2], int);
extern int execvpe(const char *, char *const[], char *const[]);
extern int close_range(unsigned int, unsigned int, int);

/// Has every descriptor above 2 closed on exec but those of `kept`, which ascend.
static inline int CLinuxCloseOthersOnExec(const int kept[], size_t count) {
    const int closeOnExec = 1 << 2;  // CLOSE_RANGE_CLOEXEC of close_range(2)
    unsigned int first = 3;
    for (size_t index = 0; index < count; index++) {
        unsigned int next = (unsigned int)kept[index];
        if (next > first && close_range(first, next - 1, closeOnExec) != 0) return -1;
        first = next + 1;
    }
    return close_range(first, ~0U, closeOnExec);
}

/// Starts a program that is looked for in PATH, with this environment, in this process's group. It has the standard streams, and
/// of the other descriptors those of `kept`, `keptCount` of them, from 3 on in ascending order. The signals of `caught` (bit
/// n - 1 for signal n) have their default again, and none is blocked. The kernel kills the program when the calling thread ends.
/// The process, or -1 with errno, also where the program could not be executed.
static inline pid_t CLinuxStartChild(
    char *const arguments[], char *const environment[], uint64_t caught, const int kept[], size_t keptCount
) {
    int report[2];
    if (pipe2(report, 02000000) != 0) return -1;  // O_CLOEXEC
    pid_t parent = getpid();
    pid_t child = fork();
    if (child == 0) {
        // Where the parent ended before the call, nothing would tell.
        if (prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) != 0 || getppid() != parent) _exit(127);
        for (int number = 1; number <= 64; number++)
            if (caught >> (number - 1) & 1) signal(number, SIG_DFL);
        sigset_t none;
        sigemptyset(&none);
        sigprocmask(SIG_SETMASK, &none, NULL);
        if (CLinuxCloseOthersOnExec(kept, keptCount) == 0) execvpe(arguments[0], arguments, environment);
        int code = errno;
        ssize_t written = write(report[1], &code, sizeof code);
        (void)written;
        _exit(127);
    }
    int code = child < 0 ? errno : 0;
    close(report[1]);
    if (child > 0) {
        ssize_t count;
        do count = read(report[0], &code, sizeof code);
        while (count < 0 && errno == EINTR);
        if (count != sizeof code) code = 0;
    }
    close(report[0]);
    if (code == 0) return child;
    errno = code;
    return -1;
}
