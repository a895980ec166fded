#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Measures what the stamping proxy costs beside the same request that Turnkey's SDK stamps and sends itself. See README.md.

To be run with .venv/bin/python, which has PyPI's turnkey-http.
"""

import argparse
import contextlib
import json
import os
import pathlib
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time

from turnkey_api_key_stamper import ApiKeyStamper, ApiKeyStamperConfig
from turnkey_http import TurnkeyClient

import servers
from machine import machine_line
from programs import SERVER_CPU, drop_from_page_cache, on_cpu

WHOAMI = "/public/v1/query/whoami"
CONNECTIONS = 200
ADDED_LIMIT_MILLISECONDS = 0.5
PRIVATE_DIRTY_LIMIT_MIB = 12


class Stage:
    """A frame with a session, and a sandbox that knows its key."""

    def __init__(self, binaries, directory, stack):
        self.binaries, self.directory, self.stack = binaries, directory, stack
        os.mkdir(f"{directory}/frame", mode=0o700)
        configuration = pathlib.Path(directory, "frame.json")
        configuration.write_text(
            json.dumps({"authorization": {"stamp": {"mayName": {"uids": [os.getuid()]}}}}), encoding="utf-8"
        )
        frame = f"{directory}/frame"
        servers.start_stampd(stack, f"{binaries}/stampd", frame, options=["--configuration", str(configuration)])
        session = servers.call(f"{frame}/stamp.sock", "io.stampd.Stamper.GetSession")
        self.sandbox = self.start_sandbox(session["session"]["publicKey"])

    def start_sandbox(self, public_key):
        """Its ready file's content."""
        key = {"apiKeyName": "session", "publicKey": public_key, "expirationSeconds": str(servers.SESSION_SECONDS)}
        organization = {"organizationName": "Bench", "users": [{"userName": "ada", "apiKeys": [key]}]}
        fixture, ready = pathlib.Path(self.directory, "fixture.json"), pathlib.Path(self.directory, "ready.json")
        fixture.write_text(json.dumps({"organizations": [organization]}), encoding="utf-8")
        self.start("turnkey-sandbox", "--ready-file", str(ready), "--fixture", str(fixture))
        self.wait(ready.exists)
        return json.loads(ready.read_text(encoding="utf-8"))

    def start_proxy(self, api):
        """A proxy to `api`: its process, its address and a placeholder pair of its delegate."""
        admin = f"{self.directory}/admin-{time.monotonic_ns()}"
        options = ["--listen", "127.0.0.1:0", "--delegate", "bench", "--admin", admin, "--api-base-url", api]
        options += ["--requests-per-second", "0"]
        process, output = self.start("stampctl", "proxy", *options)
        self.wait(lambda: output.read_text(encoding="utf-8").count("\n") == 2)
        create = [f"{self.binaries}/stampctl", "delegate", "create", "--name", "bench", "--for", "1h", "--json"]
        pair = json.loads(subprocess.check_output([*create, "--admin", admin], timeout=servers.TIMEOUT_SECONDS))
        return process, output.read_text(encoding="utf-8").split("\n")[0], pair

    def start(self, program, *arguments):
        log = pathlib.Path(self.directory, f"{program}-{time.monotonic_ns()}.log")
        environment = {**os.environ, "STAMPD_SOCKET_DIRECTORY": f"{self.directory}/frame", "TURNKEY_ORGANIZATION_ID": "-"}
        with open(log, "wb") as output:
            command = [f"{self.binaries}/{program}", *arguments]
            process = subprocess.Popen(command, env=environment, stdin=subprocess.DEVNULL, stdout=output, stderr=output)
        self.stack.callback(process.wait)
        self.stack.callback(process.terminate)
        return process, log

    def wait(self, holds):
        deadline = time.monotonic() + servers.TIMEOUT_SECONDS
        while not holds():
            if time.monotonic() > deadline:
                raise servers.BenchmarkError("a server is not ready")
            time.sleep(0.01)  # between two looks at what another process makes


class HeldAPI:
    """An API that answers nobody until it is let go: what asks it stays on its way."""

    ANSWER = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}"

    def __init__(self):
        self.released = threading.Event()
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=2 * CONNECTIONS)
        self.address = f"http://127.0.0.1:{self.listener.getsockname()[1]}"
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        while True:
            peer, _ = self.listener.accept()
            threading.Thread(target=self.answer, args=(peer,), daemon=True).start()

    def answer(self, peer):
        with peer, contextlib.suppress(OSError):
            peer.recv(65536)
            self.released.wait()
            peer.sendall(self.ANSWER)


def make_client(base_url, pair, sandbox):
    keys = ApiKeyStamperConfig(pair["publicKey"], pair["privateKey"])
    return TurnkeyClient(base_url, ApiKeyStamper(keys), sandbox["organizationId"])


def make_request(address, pair, sandbox):
    """The bytes of one request, which is as good the second time."""
    body = json.dumps({"organizationId": sandbox["organizationId"]})
    stamp = ApiKeyStamper(ApiKeyStamperConfig(pair["publicKey"], pair["privateKey"])).stamp(body)
    host = address.removeprefix("http://")
    head = f"POST {WHOAMI} HTTP/1.1\r\nHost: {host}\r\nX-Stamp: {stamp.stamp_header_value}\r\n"
    return f"{head}Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n{body}".encode()


def connect(address):
    host, port = address.removeprefix("http://").split(":")
    return socket.create_connection((host, int(port)), timeout=servers.TIMEOUT_SECONDS)


def read_answer(peer):
    answer = b""
    while piece := peer.recv(65536):
        answer += piece
    if not answer.startswith(b"HTTP/1.1 200 "):
        raise servers.BenchmarkError(f"not answered: {answer[:300]!r}")


def milliseconds_of(client):
    begin = time.perf_counter()
    client.get_whoami()
    return (time.perf_counter() - begin) * 1000


def measure_added(stage, rounds, calls):
    """For each round the median of a request through the proxy, and of one sent straight, in turns."""
    straight = {"publicKey": stage.sandbox["apiPublicKey"], "privateKey": stage.sandbox["apiPrivateKey"]}
    _, address, pair = stage.start_proxy(stage.sandbox["baseUrl"])
    clients = [make_client(stage.sandbox["baseUrl"], straight, stage.sandbox), make_client(address, pair, stage.sandbox)]
    for client in clients:
        for _ in range(20):
            client.get_whoami()
    medians = []
    for number in range(1, rounds + 1):
        print(f"round {number} of {rounds}", file=sys.stderr)
        times = ([], [])
        for _ in range(calls):
            for own, client in zip(times, clients, strict=True):
                own.append(milliseconds_of(client))
        medians.append([statistics.median(own) for own in times])
    return medians


def cpu_nanoseconds(process):
    tasks = pathlib.Path(f"/proc/{process.pid}/task")
    return sum(int((task / "schedstat").read_text(encoding="ascii").split()[0]) for task in tasks.iterdir())


def measure_throughput(stage, calls):
    """(the proxy's CPU a request in microseconds, requests a second) of requests one after the other."""
    process, address, pair = stage.start_proxy(stage.sandbox["baseUrl"])
    request = make_request(address, pair, stage.sandbox)

    def ask(count):
        for _ in range(count):
            with connect(address) as peer:
                peer.sendall(request)
                read_answer(peer)

    ask(50)
    before, begin = cpu_nanoseconds(process), time.perf_counter()
    ask(calls)
    seconds = time.perf_counter() - begin
    return (cpu_nanoseconds(process) - before) / 1000 / calls, calls / seconds


def private_dirty_mebibytes(process):
    text = pathlib.Path(f"/proc/{process.pid}/smaps_rollup").read_text(encoding="ascii")
    return next(int(line.split()[1]) for line in text.splitlines() if line.startswith("Private_Dirty:")) / 1024


def measure_memory(stage):
    """Private_Dirty before any connection, and with 200 whose requests wait for the API, or for their turn to ask it."""
    api = HeldAPI()
    process, address, pair = stage.start_proxy(api.address)
    request = make_request(address, pair, stage.sandbox)
    idle = private_dirty_mebibytes(process)
    with contextlib.ExitStack() as stack:
        peers = [stack.enter_context(connect(address)) for _ in range(CONNECTIONS)]
        for peer in peers:
            peer.sendall(request)
        before = None
        while (now := cpu_nanoseconds(process)) != before:  # until it has nothing left to do
            before = now
            time.sleep(0.2)
        busy = private_dirty_mebibytes(process)
        api.released.set()
        for peer in peers:
            read_answer(peer)
    return idle, busy


def read_arguments():
    parser = argparse.ArgumentParser(description=__doc__)
    default = ".build/release"
    parser.add_argument("--binaries", default=default, metavar="DIRECTORY", help="of the release (default: %(default)s)")
    parser.add_argument("--quick", action="store_true", help="fewer calls: whether it works, not how fast it is")
    return parser.parse_args()


def cell(values):
    return f"{statistics.median(values):.2f} ({min(values):.2f}–{max(values):.2f})"


def main():
    arguments = read_arguments()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # unwinds, so that the servers end too
    rounds, calls = (3, 20) if arguments.quick else (15, 60)
    machine = machine_line("PyPI's cryptography")
    with contextlib.ExitStack() as stack:
        directory = stack.enter_context(tempfile.TemporaryDirectory(prefix="stampd-bench-"))
        try:
            drop_from_page_cache(f"{arguments.binaries}/stampctl")
            with on_cpu(SERVER_CPU):
                stage = Stage(os.path.abspath(arguments.binaries), directory, stack)
                idle, busy = measure_memory(stage)
                medians = measure_added(stage, rounds, calls)
                microseconds, per_second = measure_throughput(stage, 10 * calls)
        except (servers.BenchmarkError, subprocess.SubprocessError, OSError) as error:
            sys.exit(f"bench: {error}")
    added = [proxied - straight for straight, proxied in medians]
    verdicts = {True: "yes", False: "no"}
    is_fast, is_small = statistics.median(added) <= ADDED_LIMIT_MILLISECONDS, busy <= PRIVATE_DIRTY_LIMIT_MIB
    print(f"""Measured on: {machine}.

| the stamping proxy | | target | met |
|---|---:|---:|---|
| whoami by turnkey-http, stamped by it and sent straight (ms) | {cell([straight for straight, _ in medians])} | | |
| the same through the proxy (ms) | {cell([proxied for _, proxied in medians])} | | |
| added (ms) | {cell(added)} | ≤ {ADDED_LIMIT_MILLISECONDS} | {verdicts[is_fast]} |
| CPU a request (µs) | {microseconds:.0f} | | |
| requests a second of one core's time | {1e6 / microseconds:,.0f} | | |
| requests a second, one after the other, all on one core | {per_second:,.0f} | | |
| Private_Dirty, idle (MiB) | {idle:.1f} | | |
| Private_Dirty, {CONNECTIONS} connections (MiB) | {busy:.1f} | ≤ {PRIVATE_DIRTY_LIMIT_MIB} | {verdicts[is_small]} |""")
    sys.exit(not (is_fast and is_small))


if __name__ == "__main__":
    main()
