# SPDX-License-Identifier: Apache-2.0
"""run.py STAMPD [--first] [CALL ...]: lives a frame's life, and each time another of its system calls fails, once.

First each call of the first process fails in turn, then each of the second; with --first, of each phase of the life the first
call of each kind; with CALLs these alone. It ends with a table of what came of it, and with 1 where something was wrong (see life.py).
"""

import collections
import os
import pathlib
import re
import sys
import tempfile

from life import live, live_all, live_well

# What each call may fail with; any other with EIO.
ERRORS = {
    "ENOMEM": "mmap munmap mremap mprotect brk madvise mlock mlock2 memfd_secret memfd_create sigaltstack",
    "EMFILE": "openat socket accept4 epoll_create1 eventfd2 signalfd4 timerfd_create pidfd_open dup dup3",
    "ENOBUFS": "sendto sendmsg connect bind listen",
    "EPERM": "prctl prlimit64 seccomp landlock_create_ruleset landlock_add_rule landlock_restrict_self fcntl kill "
    "rt_sigaction rt_sigprocmask getsockopt setsockopt epoll_ctl unlinkat linkat fchmod fchmodat ftruncate",
}
ERROR_OF = {call: error for error, calls in ERRORS.items() for call in calls.split()}
# Nothing can fail in them, or they begin and end the process. A close that strace has fail leaves the descriptor open, which
# no kernel does: preloaded.py has it fail.
LEFT_OUT = {"close", "getpid", "gettid", "getuid", "geteuid", "getgid", "getegid", "execve", "exit", "exit_group", "rt_sigreturn", "restart_syscall"}
# The first call of the frame's own: before it the loader's and the language's run.
FIRST_OWN = "prctl(PR_SET_DUMPABLE"
# Where they fail, the C library and the language end the process; the last fails on no kernel that has begun to have randomness.
FATAL = {"brk", "mmap", "futex", "getrandom"}
TRACER = ("strace", "-D", "-f", "-qq", "-o")


def calls_of(trace):
    """How often each call was made before the frame's own first one, and in all."""
    before, counts = None, collections.Counter()
    for line in trace.read_text(errors="replace").splitlines():
        call = re.match(r"(?:\d+ +)?([a-z_0-9]+)\(", line)
        if not call:
            continue
        if before is None and FIRST_OWN in line:
            before = counts.copy()
        counts[call[1]] += 1
    return before, counts


def tracer(call, when):
    inject = (*TRACER, "/dev/null", "-e", f"trace=seccomp,{call}", "-e", "signal=none")
    # strace makes a call fail by another number, for which the filter would end the process: there is none.
    if call != "seccomp":
        inject += ("-e", "inject=seccomp:error=EINVAL")
    return *inject, "-e", f"inject={call}:error={ERROR_OF.get(call, 'EIO')}:when={when}"


def counts_of(program, faulty):
    with tempfile.TemporaryDirectory() as directory:
        trace, phases = pathlib.Path(directory, "trace"), []
        notes = live(program, faulty, (*TRACER, str(trace)), told=lambda phase: phases.append((phase, calls_of(trace))))
        before, counts = calls_of(trace)
    return notes or ("its first own call is not in the trace" if before is None else None), (phases, before, counts)


def points_of(program, is_first, only):
    for faulty in (0, 1):
        phases, before, counts = live_well(lambda: counts_of(program, faulty))
        for call in sorted(counts.keys() - LEFT_OUT):
            if only and call not in only:
                continue
            places = range(before[call] + 1, counts[call] + 1)
            if is_first:
                ends = [before[call]] + [until[call] for _, (_, until) in phases]
                places = [begin + 1 for begin, end in zip(ends, ends[1:]) if end > begin]
            for when in places:
                yield call, f"process {faulty + 1}, call {when}", (program, faulty, call, when)


def play(program, faulty, call, when):
    return live(program, faulty, tracer(call, when), call=call, may_die=call in FATAL)


def main(program, *arguments):
    only = [argument for argument in arguments if argument != "--first"]
    return live_all(list(points_of(program, "--first" in arguments, only)), play)


if __name__ == "__main__":
    sys.exit(main(os.path.abspath(sys.argv[1]), *sys.argv[2:]))
