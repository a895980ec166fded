# SPDX-License-Identifier: Apache-2.0
"""The C programs: how each is built and run, and on which CPU."""

import contextlib
import json
import os
import pathlib
import socket
import subprocess

import servers

HERE = pathlib.Path(__file__).resolve().parent
PROGRAMS = {"raw": ["-lcrypto"], "floor": ["-lcrypto"], "inject": ["-lcrypto"], "load": [], "start": [], "sink": []}
COMPILE = ["cc", "-O2", "-Wall", "-Wextra", "-Werror"]
QUIETLY = {"stdin": subprocess.DEVNULL, "capture_output": True, "text": True, "check": False}
RUN_TIMEOUT_SECONDS = 300
SERVER_CPU, GENERATOR_CPU = min(os.sched_getaffinity(0)), max(os.sched_getaffinity(0))


def build(directory):
    for name, libraries in PROGRAMS.items():
        command = [*COMPILE, "-o", f"{directory}/{name}", str(HERE / f"{name}.c"), *libraries]
        subprocess.run(command, check=True, timeout=RUN_TIMEOUT_SECONDS)


def run(*command):
    """Runs one of the C programs; returns what it printed, which is JSON."""
    words = [str(word) for word in command]
    done = subprocess.run(words, **QUIETLY, timeout=RUN_TIMEOUT_SECONDS)
    if done.returncode != 0:
        raise servers.BenchmarkError(f"{' '.join(words)}: {done.stderr.strip()}")
    return json.loads(done.stdout)


def drop_from_page_cache(path):
    """As after a boot: a file that was just linked lies there in larger pieces, and more of it counts as resident."""
    with open(path, "rb") as file:
        os.fsync(file.fileno())
        os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


@contextlib.contextmanager
def on_cpu(cpu):
    """What is started inside runs on this CPU alone."""
    allowed = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {cpu})
    try:
        yield
    finally:
        os.sched_setaffinity(0, allowed)


def run_load(programs, server, connections, calls):
    """One load; returns the generator's figures with the server's CPU a call among them.

    One after the other, the generator shares the server's CPU, for either sleeps while the other works: a wake-up
    across CPUs costs more than the signature in a virtual machine, and comes and goes with the scheduler's mood.
    With several connections it has a CPU of its own, where there are two.
    """
    calls = max(calls // 4, connections) if server.protocol == "agent" else calls
    before = server.cpu_nanoseconds()
    with on_cpu(SERVER_CPU if connections == 1 else GENERATOR_CPU):
        figures = run(f"{programs}/load", server.protocol, server.socket_path, connections, calls)
    return {**figures, "cpuMicroseconds": (server.cpu_nanoseconds() - before) / 1000 / calls}


def stamp_all(server, payload, count):
    """The server's CPU for each of `count` stamps, one after the other, in microseconds."""
    call = {"method": "io.stampd.Stamper.Stamp", "parameters": {"payload": payload}}
    message = json.dumps(call).encode() + b"\0"
    with on_cpu(SERVER_CPU), socket.socket(socket.AF_UNIX) as peer:
        peer.settimeout(servers.TIMEOUT_SECONDS)
        peer.connect(server.socket_path)
        before = server.cpu_nanoseconds()
        for _ in range(count):
            peer.sendall(message)
            reply = b""
            while not reply.endswith(b"\0"):
                received = peer.recv(65536)
                if not received:
                    raise servers.BenchmarkError("a stamp was not answered")
                reply += received
            if b'"error"' in reply:
                raise servers.BenchmarkError(f"a stamp was refused: {reply.decode()}")
        return (server.cpu_nanoseconds() - before) / 1000 / count
