# SPDX-License-Identifier: Apache-2.0
"""deny_options.py OPTION,... PROGRAM ARGUMENT ...: runs a program whose kernel lacks these options of getsockopt(2).

An option is the number of one of SOL_SOCKET's; asking for it is ENOPROTOOPT. `pidfd_open` besides: it is ENOSYS.
"""

import ctypes
import os
import platform
import struct
import sys

IS_X86 = platform.machine() == "x86_64"
GETSOCKOPT, PIDFD_OPEN = 55 if IS_X86 else 209, 434
LOAD, JUMP_IF_EQUAL, RETURN = 0x20, 0x15, 0x06
ERRNO, ALLOW, ENOPROTOOPT, ENOSYS = 0x00050000, 0x7FFF0000, 92, 38
NUMBER, THIRD_ARGUMENT = 0, 16 + 2 * 8
PR_SET_NO_NEW_PRIVS, PR_SET_SECCOMP, SECCOMP_MODE_FILTER = 38, 22, 2

names = sys.argv[1].split(",")
options = [int(name) for name in names if name != "pidfd_open"]
steps = [(LOAD, 0, 0, NUMBER)]
if "pidfd_open" in names:
    steps += [(JUMP_IF_EQUAL, 0, 1, PIDFD_OPEN), (RETURN, 0, 0, ERRNO | ENOSYS)]
steps += [(JUMP_IF_EQUAL, 1, 0, GETSOCKOPT), (RETURN, 0, 0, ALLOW), (LOAD, 0, 0, THIRD_ARGUMENT)]
for option in options:
    steps += [(JUMP_IF_EQUAL, 0, 1, option), (RETURN, 0, 0, ERRNO | ENOPROTOOPT)]
steps.append((RETURN, 0, 0, ALLOW))
code = ctypes.create_string_buffer(b"".join(struct.pack("HBBI", *step) for step in steps))
program = struct.pack("HxxxxxxQ", len(steps), ctypes.addressof(code))
libc = ctypes.CDLL(None, use_errno=True)
for call in ((PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), (PR_SET_SECCOMP, SECCOMP_MODE_FILTER, program, 0, 0)):
    if libc.prctl(*call) != 0:
        sys.exit(f"prctl: {os.strerror(ctypes.get_errno())}")
os.execvp(sys.argv[2], sys.argv[2:])
