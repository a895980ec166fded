// SPDX-License-Identifier: Apache-2.0
// Signals with the word of who sent them, which neither signal(2) nor a dispatch source tells: sigaction(2), SA_SIGINFO.
#pragma once
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

/// The pipe's end that the handler writes to.
static int CLinuxSignalNotes = -1;

static void CLinuxNoteSignal(int number, siginfo_t *information, void *context) {
    (void)context;
    int code = errno;
    unsigned char note[2] = {(unsigned char)number, information->si_code == SI_KERNEL};
    ssize_t written = write(CLinuxSignalNotes, note, sizeof note);
    (void)written;
    errno = code;
}

/// From now on a signal is two bytes in this pipe: its number, and 1 where the kernel itself sent it, as for a terminal's key. 0, or -1 with errno.
static inline int CLinuxNoteSignals(int number, int pipe) {
    CLinuxSignalNotes = pipe;
    struct sigaction action;
    memset(&action, 0, sizeof action);
    action.sa_sigaction = CLinuxNoteSignal;
    action.sa_flags = SA_SIGINFO | SA_RESTART;
    sigfillset(&action.sa_mask);
    return sigaction(number, &action, NULL);
}
