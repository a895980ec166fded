# SPDX-License-Identifier: Apache-2.0
"""What the audit costs a stamp: two frames, one with a journal and one without, in turns."""

import contextlib
import os
import socket
import statistics
import subprocess

import servers
from programs import GENERATOR_CPU, SERVER_CPU, on_cpu, run_load, stamp_all

BUSY_CONNECTIONS, BUSY_CALLS, WORST_CALLS = 8, 6_000, 60


def payload(names, fill):
    """An object of these members, and behind them a string of so many escapes."""
    members = [f'"{name}":1' for name in names] + ['"fill":"' + "\\u0061" * fill + '"']
    return "{" + ",".join(members) + "}"


# At most the 64 KiB that the audit looks through, each payload dear to it in another way.
WORST = {
    "3,000 names with escapes": payload([f"\\u0061{number:04d}" for number in range(3000)], 0),
    "1,000 names, then escapes": payload([f"name{number:04d}" for number in range(1000)], 8_000),
    "escapes alone": payload([], 10_900),
}


@contextlib.contextmanager
def journal(programs, path):
    """A journal that takes every record and keeps none."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as taken:
        taken.bind(path)
        with on_cpu(GENERATOR_CPU):
            sink = subprocess.Popen([f"{programs}/sink"], stdin=taken)
        try:
            yield
        finally:
            sink.kill()
            sink.wait()


def measure(binary, directory, rounds):
    """Microseconds of CPU a stamp, with the audit and without: a list of the rounds for each kind of stamp."""
    kinds = ["ordinary", *WORST]
    samples = {kind: {"on": [], "off": []} for kind in kinds}
    with contextlib.ExitStack() as stack:
        path = f"{directory}/journal"
        stack.enter_context(journal(directory, path))
        frames = {}
        for name, socket_path in (("off", None), ("on", path)):
            os.mkdir(f"{directory}/{name}", mode=0o700)
            with on_cpu(SERVER_CPU):
                frames[name] = servers.start_stampd(stack, binary, f"{directory}/{name}", socket_path)
            stamp_all(frames[name], "warm", WORST_CALLS)
        for number in range(rounds):
            for kind in kinds:
                for name in ("off", "on") if number % 2 else ("on", "off"):
                    if kind == "ordinary":
                        cost = run_load(directory, frames[name], BUSY_CONNECTIONS, BUSY_CALLS)["cpuMicroseconds"]
                    else:
                        cost = stamp_all(frames[name], WORST[kind], WORST_CALLS)
                    samples[kind][name].append(cost)
        status = servers.call(frames["on"].socket_path, "io.stampd.Stamper.GetStatus")["status"]
    return {"stamps": samples, "lostRecords": status["auditLost"], "records": status["auditSequence"]}


def medians(rounds):
    """(with the audit, without it)."""
    return statistics.median(rounds["on"]), statistics.median(rounds["off"])
