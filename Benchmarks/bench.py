#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Measures stampd beside a floor in C, raw libcrypto and ssh-agent, all in the same run. See README.md."""

import argparse
import collections
import contextlib
import dataclasses
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile

import report
import rules_cost
import servers
from machine import machine_line
from programs import SERVER_CPU, build, drop_from_page_cache, on_cpu, run, run_load

WARM_UP_CALLS = 500
BUSY_CONNECTIONS = 8


@dataclasses.dataclass(frozen=True)
class Size:
    """How much is measured: calls are for one round of one server; ssh-agent, being slow, gets a quarter."""

    rounds: int
    sequential_calls: int
    busy_calls: int
    raw_signatures: int
    bundles: int
    starts: int

    @property
    def signatures_a_server(self):
        return WARM_UP_CALLS + self.rounds * (self.sequential_calls + self.busy_calls)

    @property
    def all_bundles(self):
        return self.rounds * self.bundles


# All bundles of a run together are fewer than the deadlines that a frame remembers (4,096).
# Many short rounds rather than few long ones: a median forgives a slow second of the machine, not a slow minute.
FULL = Size(rounds=15, sequential_calls=4_000, busy_calls=12_000, raw_signatures=10_000, bundles=200, starts=50)
QUICK = Size(rounds=3, sequential_calls=1_000, busy_calls=4_000, raw_signatures=4_000, bundles=200, starts=10)


def measure_injecting(programs, frame, bundles, samples):
    """The frame beside the arithmetic alone, one on its CPU after the other."""
    control = frame.socket_path.replace("stamp.sock", "control.sock")
    key = servers.call(control, "io.stampd.Control.InitEmbeddedKey")["publicKey"]
    with on_cpu(SERVER_CPU):
        floor = run(f"{programs}/inject", "floor", bundles)["cpuMicroseconds"]
        before = frame.cpu_nanoseconds()
        run(f"{programs}/inject", control, key, bundles)
    samples["floor"]["injectCpuMicroseconds"].append(floor)
    samples[frame.name]["injectCpuMicroseconds"].append((frame.cpu_nanoseconds() - before) / 1000 / bundles)


def measure_round(programs, all_servers, size, samples):
    """Each server in turn, so that a slow minute of the machine is everybody's."""
    with on_cpu(SERVER_CPU):
        samples["raw"]["busyCpuMicroseconds"].append(run(f"{programs}/raw", size.raw_signatures)["cpuMicroseconds"])
    for server in all_servers:
        sequential = run_load(programs, server, 1, size.sequential_calls)
        samples[server.name]["sequentialCpuMicroseconds"].append(sequential["cpuMicroseconds"])
        samples[server.name]["p50Microseconds"].append(sequential["p50Microseconds"])
        samples[server.name]["p99Microseconds"].append(sequential["p99Microseconds"])
    for server in all_servers:
        busy = run_load(programs, server, BUSY_CONNECTIONS, size.busy_calls)
        samples[server.name]["busyCpuMicroseconds"].append(busy["cpuMicroseconds"])
        samples[server.name]["perSecond"].append(busy["perSecond"])


def measure_memory(server, when, samples):
    memory = server.memory_kib()
    if memory:
        samples[server.name][f"{when}ResidentMiB"].append(memory[0] / 1024)
        samples[server.name][f"{when}PrivateMiB"].append(memory[1] / 1024)


def measure_starts(programs, binary, directory, size, samples):
    """In batches of five, one server after the other."""
    agent_path, frame_path = f"{directory}/start-agent.sock", f"{directory}/starting"
    os.mkdir(frame_path, mode=0o700)
    frame, agent = servers.stampd_command(binary, frame_path), servers.ssh_agent_command(agent_path)
    for _ in range(size.starts // 5):
        for name, protocol, path, command in (
            ("stampd", "varlink", f"{frame_path}/stamp.sock", frame),
            ("ssh-agent", "agent", agent_path, agent),
        ):
            samples[name]["startMilliseconds"] += run(f"{programs}/start", protocol, path, 5, *command)


def measure(binary, directory, size):
    samples = collections.defaultdict(lambda: collections.defaultdict(list))
    with contextlib.ExitStack() as stack:
        frame_path = f"{directory}/frame"
        os.mkdir(frame_path, mode=0o700)
        with on_cpu(SERVER_CPU):
            all_servers = [
                servers.start_stampd(stack, binary, frame_path),
                servers.start_floor(stack, f"{directory}/floor", directory),
                servers.start_ssh_agent(stack, directory),
            ]
        for server in all_servers:
            measure_memory(server, "idle", samples)
            run_load(directory, server, 1, WARM_UP_CALLS)
        for number in range(1, size.rounds + 1):
            print(f"round {number} of {size.rounds}", file=sys.stderr)
            all_servers.reverse()  # nobody is always first
            measure_round(directory, all_servers, size, samples)
        for server in all_servers:
            measure_memory(server, "after", samples)
            samples[server.name]["threads"].append(server.thread_count())
        frame = next(server for server in all_servers if server.name == "stampd")
        for _ in range(size.rounds):
            measure_injecting(directory, frame, size.bundles, samples)
        measure_memory(frame, "injected", samples)
        measure_starts(directory, binary, directory, size, samples)
    rules_cost.measure(binary, directory, size.rounds, samples)
    return samples


def read_arguments():
    parser = argparse.ArgumentParser(description=__doc__)
    default = ".build/release/stampd"
    parser.add_argument("--stampd", default=default, metavar="FILE", help="the binary (default: %(default)s)")
    parser.add_argument("--quick", action="store_true", help="fewer calls: whether it works, not how fast it is")
    parser.add_argument("--json", metavar="FILE", help="write every figure to FILE too")
    arguments = parser.parse_args()
    tools = [arguments.stampd, "cc", "ssh-agent", "ssh-add", "ssh-keygen"]
    missing = [tool for tool in tools if not shutil.which(tool)]
    if missing:
        parser.error(f"not found: {', '.join(missing)} (make deps build)")
    return arguments


def main():
    arguments = read_arguments()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # unwinds, so that the servers end too
    size = QUICK if arguments.quick else FULL
    with tempfile.TemporaryDirectory(prefix="stampd-bench-") as directory:
        try:
            build(directory)
            machine = machine_line(run(f"{directory}/raw", 1)["library"])
            drop_from_page_cache(arguments.stampd)
            samples = measure(os.path.abspath(arguments.stampd), directory, size)
        except (servers.BenchmarkError, subprocess.SubprocessError, OSError) as error:
            sys.exit(f"bench: {error}")
    print(report.to_markdown(samples, machine, size))
    if arguments.json:
        with open(arguments.json, "w", encoding="utf-8") as file:
            json.dump(report.to_json(samples, machine, size), file, indent=2)
    if missed := report.missed(samples):
        sys.exit("\n".join(f"bench: {line}" for line in missed))


if __name__ == "__main__":
    main()
