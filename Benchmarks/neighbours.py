#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Measures what an honest user and root notice of stampd's hostile neighbours, and what the audit costs. See README.md."""

import argparse
import contextlib
import dataclasses
import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import time

import audit_cost
import neighbours_report
import programs
import servers
from group import memory_group
from machine import machine_line
from programs import GENERATOR_CPU, SERVER_CPU, on_cpu

HERE = pathlib.Path(__file__).resolve().parent
SCRIPTS = HERE.parent / "Tests" / "EndToEndTests" / "python"
PYTHON = "/usr/bin/python3"  # the distribution's: every user can run it
LIMIT_BYTES = 192 * 2**20
HONEST_SECONDS, THROTTLED_SECONDS = 60, 30

# Users without a line in /etc/passwd. The first one's programs come as subordinate uids too (subuid(5)).
HOSTILE, ACCOMPLICE, HONEST, ROOT = 4001, 4002, 4003, 0
SUBORDINATES = range(100_000, 165_536)
UIDS = [HOSTILE, *SUBORDINATES[1:8]]
FILES = {
    "subuid": f"hostile:{SUBORDINATES.start}:{len(SUBORDINATES)}\n",
    "passwd": f"root:x:0:0:root:/root:/bin/sh\nhostile:x:{HOSTILE}:{HOSTILE}::/:/bin/sh\n",
}
MOUNTED = 'mount --bind "$0/subuid" /etc/subuid && mount --bind "$0/passwd" /etc/passwd && exec "$@"'

STAMP_BYTES = 300
SIZES = [1_000, 4_000, 20_000, 100_000, 200_000, 800_000]
STAMP, UNLOCK = "io.stampd.Stamper.Stamp", "io.stampd.Control.Unlock"


@dataclasses.dataclass(frozen=True)
class Attack:
    """What hostile processes do at the same time: (mode of neighbour.py, connections, uid) of each."""

    name: str
    neighbours: tuple = ()
    options: tuple = ()
    descriptors: int | None = None
    # Whether it is looked at only once its rate is held back: the first ten seconds' worth is there at once.
    is_throttled: bool = False


ATTACKS = [
    Attack("no attack"),
    Attack("unread replies of two", (("unread", 500, HOSTILE), ("unread", 224, ACCOMPLICE))),
    Attack("unread replies, unfinished calls", (("unread", 500, HOSTILE), ("unfinished", 200, ACCOMPLICE))),
    Attack("unfinished calls", (("unfinished", 60, HOSTILE),)),
    Attack("500 that list sessions", (("listing", 500, HOSTILE),), ("--maximum-stamps-per-second", "0")),
    Attack("900 watchers, 1024 descriptors", (("watching", 900, HOSTILE),), descriptors=1024),
    Attack("every place taken by two", (("holding", 512, HOSTILE), ("holding", 300, ACCOMPLICE))),
    Attack("places of one, as 8 uids", tuple(("holding", 100, uid) for uid in UIDS)),
    Attack("stamps of one, as 8 uids", tuple(("stamping", 50, uid) for uid in UIDS), is_throttled=True),
]


@dataclasses.dataclass(frozen=True)
class Size:
    """How often each honest call is made beside each attack, and the rounds of the audit's cost."""

    stamps: int
    calls: int
    unlocks: int
    rounds: int


FULL = Size(stamps=200, calls=11, unlocks=100, rounds=11)
QUICK = Size(stamps=10, calls=2, unlocks=5, rounds=2)


def as_user(uid, script, *arguments):
    """The command that runs a script of the tests as `uid`, which need not be able to read the file."""
    own = [] if uid == ROOT else ["setpriv", f"--reuid={uid}", f"--regid={uid}", "--clear-groups"]
    text = (SCRIPTS / script).read_text(encoding="utf-8")
    return [*own, PYTHON, "-c", text, *(str(argument) for argument in arguments)]


def start_neighbour(stack, path, mode, count, uid):
    command = as_user(uid, "neighbour.py", path, mode, count)
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True)

    def end():
        process.kill()
        process.wait()
        process.stdout.close()

    stack.callback(end)
    return process


def start_neighbours(stack, path, attack):
    """All at once; returns when each has begun."""
    with on_cpu(GENERATOR_CPU):
        processes = [start_neighbour(stack, path, *neighbour) for neighbour in attack.neighbours]
    for process in processes:
        if "there" not in process.stdout.readline():
            raise servers.BenchmarkError(f"{attack.name}: a neighbour did not begin")
    return processes


def ask(method, path, uid, count, size):
    """What an honest caller saw: how many of `count` calls were answered, and the milliseconds of each."""
    command = as_user(uid, "honest.py", path, method, count, size)
    try:
        with on_cpu(SERVER_CPU):
            done = subprocess.run(
                command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=True, timeout=HONEST_SECONDS
            )
    except subprocess.TimeoutExpired:
        seen = {"answered": 0, "other": [f"nothing within {HONEST_SECONDS} s"], "milliseconds": [HONEST_SECONDS * 1e3]}
    else:
        seen = json.loads(done.stdout)
    return {**seen, "calls": count}


def accounts(control):
    return servers.call(control, "io.stampd.Control.ListAccounts")["accounts"]


def wait_until_throttled(control):
    """Returns all the same where it does not come to that: the figures tell."""
    end = time.monotonic() + THROTTLED_SECONDS
    while time.monotonic() < end and not any(one.get("throttled") == "rate" for one in accounts(control)):
        time.sleep(0.2)


def frame_command(binary, directory, group, attack):
    mounted = ["unshare", "--mount", "--propagation", "private", "sh", "-c", MOUNTED, directory]
    limit = ["prlimit", f"--nofile={attack.descriptors}:{attack.descriptors}"] if attack.descriptors else []
    options = ["--memory-limit", str(LIMIT_BYTES), "--journal-socket", f"{directory}/no-journal", *attack.options]
    activate = [sys.executable, str(HERE / "activate.py"), directory, group.path if group else ""]
    return [*mounted, *activate, *limit, binary, *options]


def measure_attack(attack, binary, size):
    """One frame in a control group of its own, its neighbours, and what the others see meanwhile."""
    with memory_group(LIMIT_BYTES) as group, contextlib.ExitStack() as stack:
        directory = stack.enter_context(tempfile.TemporaryDirectory(prefix="stampd-neighbours-"))
        os.chmod(directory, 0o711)
        for name, text in FILES.items():
            pathlib.Path(directory, name).write_text(text, encoding="ascii")
        stamp, control = f"{directory}/stamp.sock", f"{directory}/control.sock"
        with on_cpu(SERVER_CPU):
            frame = servers.start(stack, "stampd", "varlink", stamp, frame_command(binary, directory, group, attack))
        servers.start_session(control)
        processes = start_neighbours(stack, stamp, attack)
        if attack.is_throttled:
            wait_until_throttled(control)
        seen = {
            "stamps": ask(STAMP, stamp, HONEST, size.stamps, STAMP_BYTES),
            "calls": {length: ask(STAMP, stamp, HONEST, size.calls, length) for length in SIZES},
            "unlocks": ask(UNLOCK, control, ROOT, size.unlocks, 0),
        }
        if any(process.poll() is not None for process in processes):
            raise servers.BenchmarkError(f"{attack.name}: a neighbour ended by itself")
        seen["isAlive"] = frame.process.poll() is None
        seen["accounts"] = accounts(control)
        seen["peakMiB"] = group.peak_mebibytes() if group else None
        return seen


def read_arguments():
    parser = argparse.ArgumentParser(description=__doc__)
    default = ".build/release/stampd"
    parser.add_argument("--stampd", default=default, metavar="FILE", help="the binary (default: %(default)s)")
    parser.add_argument("--quick", action="store_true", help="fewer calls: whether it works, not how fast it is")
    parser.add_argument("--json", metavar="FILE", help="write every figure to FILE too")
    arguments = parser.parse_args()
    if os.geteuid() != 0:
        sys.exit("bench-neighbours: acting as several users needs root: sudo python3 Benchmarks/neighbours.py")
    tools = [arguments.stampd, "cc", "setpriv", "unshare", "mount", "prlimit", PYTHON]
    missing = [tool for tool in tools if not shutil.which(tool)]
    if missing:
        parser.error(f"not found: {', '.join(missing)} (make deps build)")
    return arguments


def measure(binary, size):
    seen = {}
    for attack in ATTACKS:
        print(attack.name, file=sys.stderr)
        seen[attack.name] = measure_attack(attack, binary, size)
    with tempfile.TemporaryDirectory(prefix="stampd-bench-") as directory:
        programs.build(directory)
        machine = machine_line(programs.run(f"{directory}/raw", 1)["library"])
        print("the audit", file=sys.stderr)
        audit = audit_cost.measure(binary, directory, size.rounds)
    return {"machine": machine, "attacks": seen, "audit": audit}


def main():
    arguments = read_arguments()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # unwinds, so that the frames and their neighbours end too
    try:
        measured = measure(os.path.abspath(arguments.stampd), QUICK if arguments.quick else FULL)
    except (servers.BenchmarkError, subprocess.SubprocessError, OSError) as error:
        sys.exit(f"bench-neighbours: {error}")
    print(neighbours_report.to_markdown(measured, set(UIDS)))
    if arguments.json:
        with open(arguments.json, "w", encoding="utf-8") as file:
            json.dump(measured, file, indent=2)
    if missed := list(neighbours_report.missed(measured, set(UIDS))):
        sys.exit("\n".join(f"bench-neighbours: {line}" for line in missed))


if __name__ == "__main__":
    main()
