# SPDX-License-Identifier: Apache-2.0
"""deny_calls.py NAME,... PROGRAM ARGUMENT ...: runs a program to which the kernel lacks these system calls (ENOSYS)."""

import ctypes
import os
import platform
import struct
import sys

NUMBERS = {"memfd_secret": 447, "sysinfo": 99 if platform.machine() == "x86_64" else 179}
LOAD, JUMP_IF_EQUAL, RETURN = 0x20, 0x15, 0x06
ENOSYS, ALLOW = 0x00050000 | 38, 0x7FFF0000
PR_SET_NO_NEW_PRIVS, PR_SET_SECCOMP, SECCOMP_MODE_FILTER = 38, 22, 2

numbers = [NUMBERS[name] for name in sys.argv[1].split(",")]
steps = [(LOAD, 0, 0, 0)]
for number in numbers:
    steps += [(JUMP_IF_EQUAL, 0, 1, number), (RETURN, 0, 0, ENOSYS)]
steps.append((RETURN, 0, 0, ALLOW))
code = ctypes.create_string_buffer(b"".join(struct.pack("HBBI", *step) for step in steps))
program = struct.pack("HxxxxxxQ", len(steps), ctypes.addressof(code))
libc = ctypes.CDLL(None, use_errno=True)
for call in ((PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), (PR_SET_SECCOMP, SECCOMP_MODE_FILTER, program, 0, 0)):
    if libc.prctl(*call) != 0:
        sys.exit(f"prctl: {os.strerror(ctypes.get_errno())}")
os.execvp(sys.argv[2], sys.argv[2:])
