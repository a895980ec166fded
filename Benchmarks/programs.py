# SPDX-License-Identifier: Apache-2.0
"""The C programs: how each is built and run, and on which CPU."""

import contextlib
import json
import os
import pathlib
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
