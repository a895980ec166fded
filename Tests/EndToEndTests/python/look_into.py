# SPDX-License-Identifier: Apache-2.0
"""Tries as another process of the same user to look into a process, and prints what came of each way.

usage: look_into.py PID
"""
import ctypes
import os
import sys

pid = int(sys.argv[1])
libc = ctypes.CDLL(None, use_errno=True)
PTRACE_ATTACH, PTRACE_SEIZE = 16, 0x4206
PROCESS_VM_READV, PIDFD_OPEN, PIDFD_GETFD = (270 if os.uname().machine == "aarch64" else 310), 434, 438


class Piece(ctypes.Structure):
    _fields_ = [("base", ctypes.c_void_p), ("length", ctypes.c_size_t)]


def _syscall(*arguments):
    """Each argument is a word: the upper half of a shorter one is whatever the register holds."""
    return libc.syscall(*map(ctypes.c_long, arguments))


def report(name, result):
    print(f"{name}: {'done' if result >= 0 else os.strerror(ctypes.get_errno())}")


def read(name):
    try:
        with open(f"/proc/{pid}/{name}", "rb") as file:
            file.read(1)
        print(f"{name}: done")
    except OSError as error:
        print(f"{name}: {error.strerror}")


for name in ["mem", "environ", "maps", "auxv", "syscall", "stack"]:
    read(name)
try:
    print("fd:", "done", os.listdir(f"/proc/{pid}/fd"))
except OSError as error:
    print("fd:", error.strerror)
buffer = ctypes.create_string_buffer(8)
local, remote = Piece(ctypes.addressof(buffer), 8), Piece(0x1000, 8)
report("process_vm_readv", _syscall(PROCESS_VM_READV, pid, ctypes.addressof(local), 1, ctypes.addressof(remote), 1, 0))
pidfd = _syscall(PIDFD_OPEN, pid, 0)
report("pidfd_getfd", _syscall(PIDFD_GETFD, pidfd, 3, 0))
report("seize", libc.ptrace(PTRACE_SEIZE, pid, 0, 0))
report("attach", libc.ptrace(PTRACE_ATTACH, pid, 0, 0))
