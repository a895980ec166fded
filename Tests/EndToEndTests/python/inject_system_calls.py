# SPDX-License-Identifier: Apache-2.0
"""Makes a process perform system calls, as code that got into it would, and prints what came of each.

usage: inject_system_calls.py PID CALLS

CALLS is a JSON array of calls, each an array of its number and at most six arguments: an integer, a text (the call gets
its address), or {"stack": N}, the stack pointer rounded down to a multiple of N.

The process is stopped with ptrace(2). Its general registers alone are set, one system call instruction that is mapped
already is stepped over, and everything is restored. The extended state (vectors, floating point) is read and never
set: some processors' cannot be restored by ptrace. The output is one JSON object:

  results         what the kernel answered to each call, -errno for an error; shorter where the process ended
  killedBy        the signal by which a call ended the process, or null
  extendedState   the extended state before and after, in hexadecimal; the second is null where the process ended

A call that could not be made is an error: a line on standard error, and exit code 1.
"""
import ctypes
import json
import os
import platform
import signal
import struct
import sys

PTRACE_SINGLESTEP, PTRACE_DETACH = 9, 17
PTRACE_GETREGSET, PTRACE_SETREGSET, PTRACE_SEIZE, PTRACE_INTERRUPT = 0x4204, 0x4205, 0x4206, 0x4207
NT_PRSTATUS = 1
WAIT_ALL = 0x40000000


class X86:
    """struct user_regs_struct of sys/user.h."""

    instruction = b"\x0f\x05"  # syscall
    alignment = 1
    red_zone = 128
    extended_state = 0x202  # NT_X86_XSTATE
    count, arguments, number, result = 27, (14, 13, 12, 7, 9, 8), 10, 10
    program_counter, stack_pointer = 16, 19

    @staticmethod
    def forget_call(registers):
        """The process may be stopped inside a call, which the kernel would start anew (orig_rax)."""
        registers[15] = 2**64 - 1


class Arm:
    """struct user_pt_regs of asm/ptrace.h."""

    instruction = b"\x01\x00\x00\xd4"  # svc #0
    alignment = 4
    red_zone = 0
    extended_state = 2  # NT_PRFPREG
    count, arguments, number, result = 34, (0, 1, 2, 3, 4, 5), 8, 0
    program_counter, stack_pointer = 32, 31

    @staticmethod
    def forget_call(registers):
        """The kernel has prepared the restart already when it stops."""


class InjectionError(Exception):
    pass


class Ended(Exception):
    """A signal ended the process."""

    def __init__(self, number):
        super().__init__(f"signal {number} ended the process")
        self.number = number


class Pieces(ctypes.Structure):
    """struct iovec."""

    _fields_ = [("base", ctypes.c_void_p), ("count", ctypes.c_size_t)]


libc = ctypes.CDLL(None, use_errno=True)
libc.ptrace.restype = ctypes.c_long
libc.ptrace.argtypes = [ctypes.c_long, ctypes.c_long, ctypes.c_void_p, ctypes.c_void_p]


class Target:
    """A process that stands still for as long as this exists."""

    def __init__(self, pid, machine):
        self.pid, self.machine, self.late_signals = pid, machine, []
        self.trace(PTRACE_SEIZE)
        self.trace(PTRACE_INTERRUPT)
        self.wait()
        self.memory = os.open(f"/proc/{pid}/mem", os.O_RDWR | os.O_CLOEXEC)
        self.instruction = self.find_instruction()

    def trace(self, request, address=0, data=0):
        if libc.ptrace(request, self.pid, address, data) != 0:
            raise InjectionError(f"ptrace request {request:#x}: {os.strerror(ctypes.get_errno())}")

    def wait(self):
        """The status of its next stop."""
        _, status = os.waitpid(self.pid, WAIT_ALL)
        if os.WIFSIGNALED(status):
            raise Ended(os.WTERMSIG(status))
        if not os.WIFSTOPPED(status):
            raise InjectionError(f"the process exited with {os.WEXITSTATUS(status)}")
        return status

    def read_set(self, kind, capacity):
        """A set of registers, as bytes."""
        buffer = ctypes.create_string_buffer(capacity)
        piece = Pieces(ctypes.addressof(buffer), capacity)
        self.trace(PTRACE_GETREGSET, kind, ctypes.addressof(piece))
        return buffer.raw[: piece.count]

    def read_registers(self):
        data = self.read_set(NT_PRSTATUS, 8 * self.machine.count)
        return list(struct.unpack(f"{self.machine.count}Q", data))

    def write_registers(self, registers):
        data = ctypes.create_string_buffer(struct.pack(f"{self.machine.count}Q", *registers))
        piece = Pieces(ctypes.addressof(data), 8 * self.machine.count)
        self.trace(PTRACE_SETREGSET, NT_PRSTATUS, ctypes.addressof(piece))

    def read_extended_state(self):
        return self.read_set(self.machine.extended_state, 1 << 16).hex()

    def find_instruction(self):
        """The address of a system call instruction in its code: the kernel's own piece of it, or a library's."""
        with open(f"/proc/{self.pid}/maps") as maps:
            lines = [line.split() for line in maps]
        for fields in sorted(lines, key=lambda fields: fields[-1] != "[vdso]"):
            if fields[1] != "r-xp":
                continue
            start, end = (int(part, 16) for part in fields[0].split("-"))
            code = os.pread(self.memory, end - start, start)
            at = code.find(self.machine.instruction)
            while at >= 0 and at % self.machine.alignment > 0:
                at = code.find(self.machine.instruction, at + 1)
            if at >= 0:
                return start + at
        raise InjectionError("no system call instruction is mapped")

    def place(self, values, stack):
        """The arguments as numbers, and what is to lie at which address of the stack for them."""
        texts = [value.encode() + b"\0" for value in values if isinstance(value, str)]
        address = (stack - self.machine.red_zone - sum(map(len, texts))) & ~15
        numbers, at = [], address
        for value in values:
            if isinstance(value, str):
                numbers.append(at)
                at += len(value.encode()) + 1
            else:
                numbers.append(stack & -value["stack"] if isinstance(value, dict) else value % 2**64)
        return numbers, address, b"".join(texts)

    def call(self, number, values):
        """The kernel's answer."""
        before = self.read_registers()
        numbers, address, texts = self.place(values, before[self.machine.stack_pointer])
        covered = os.pread(self.memory, len(texts), address)
        registers = list(before)
        self.machine.forget_call(registers)
        for index, value in zip(self.machine.arguments, numbers + [0] * (6 - len(numbers))):
            registers[index] = value
        registers[self.machine.number] = number
        registers[self.machine.program_counter] = self.instruction
        os.pwrite(self.memory, texts, address)
        self.write_registers(registers)
        after = self.step()
        os.pwrite(self.memory, covered, address)
        self.write_registers(before)
        stop, end = after[self.machine.program_counter], self.instruction + len(self.machine.instruction)
        if stop != end:
            raise InjectionError(f"stopped at {stop:#x} instead of {end:#x}")
        return struct.unpack("q", struct.pack("Q", after[self.machine.result]))[0]

    def step(self):
        """Lets it execute the one instruction; its registers then."""
        while True:
            self.trace(PTRACE_SINGLESTEP)
            status = self.wait()
            if os.WSTOPSIG(status) != signal.SIGTRAP and status >> 16 == 0:
                self.late_signals.append(os.WSTOPSIG(status))
            registers = self.read_registers()
            if registers[self.machine.program_counter] != self.instruction:
                return registers

    def let_go(self):
        """Lets it go on, with the signals that came meanwhile."""
        for number in self.late_signals:
            os.kill(self.pid, number)
        self.trace(PTRACE_DETACH)


def inject(pid, calls):
    machines = {"x86_64": X86, "aarch64": Arm}
    if platform.machine() not in machines:
        raise InjectionError(f"registers of {platform.machine()} are not known")
    target = Target(pid, machines[platform.machine()])
    states, results, killed_by = [target.read_extended_state(), None], [], None
    try:
        for number, *values in calls:
            results.append(target.call(number, values))
        states[1] = target.read_extended_state()
    except Ended as end:
        killed_by = end.number
    else:
        target.let_go()
    return {"results": results, "killedBy": killed_by, "extendedState": states}


try:
    print(json.dumps(inject(int(sys.argv[1]), json.loads(sys.argv[2]))))
except (Ended, InjectionError, OSError) as error:
    sys.exit(f"{sys.argv[0]}: {error}")
