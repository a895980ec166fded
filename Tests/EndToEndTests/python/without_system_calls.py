# SPDX-License-Identifier: Apache-2.0
"""Runs a program under a kernel that seems not to have some system calls.

usage: without_system_calls.py NUMBER[,NUMBER ...] PROGRAM [ARGUMENT ...]
"""
import ctypes
import os
import struct
import sys

numbers = [int(number) for number in sys.argv[1].split(",")]
# ld number; for each: jeq number, 0, 1; ret ERRNO|ENOSYS; at last: ret ALLOW
steps = [(0x20, 0, 0, 0)]
for number in numbers:
    steps += [(0x15, 0, 1, number), (0x06, 0, 0, 0x00050000 | 38)]
steps.append((0x06, 0, 0, 0x7FFF0000))
program = ctypes.create_string_buffer(b"".join(struct.pack("HBBI", *step) for step in steps))
header = ctypes.create_string_buffer(struct.pack("HxxxxxxQ", len(steps), ctypes.addressof(program)))
libc = ctypes.CDLL(None, use_errno=True)
PR_SET_NO_NEW_PRIVS, PR_SET_SECCOMP, SECCOMP_MODE_FILTER = 38, 22, 2
for arguments in [(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), (PR_SET_SECCOMP, SECCOMP_MODE_FILTER, header, 0, 0)]:
    if libc.prctl(*arguments) != 0:
        sys.exit(f"prctl: {os.strerror(ctypes.get_errno())}")
os.execvp(sys.argv[2], sys.argv[2:])
