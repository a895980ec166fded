# SPDX-License-Identifier: Apache-2.0
"""What the audit costs a stamp: two frames, one with a journal and one without, in turns."""

import contextlib
import json
import os
import socket
import statistics
import subprocess

import servers
from programs import GENERATOR_CPU, SERVER_CPU, on_cpu, run_load

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


def stamp_all(server, payload, count):
    """The server's CPU for each of `count` stamps, one after the other."""
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
