# SPDX-License-Identifier: Apache-2.0
"""The servers that are measured: how each is started and ended, and what the kernel says about it."""

import contextlib
import json
import os
import socket
import subprocess
import time

TIMEOUT_SECONDS = 10
SESSION_SECONDS = 3600


class BenchmarkError(Exception):
    """Something that the benchmark needs did not work; the message says what."""


class Server:
    """One running server process, ended by its pid."""

    def __init__(self, name, protocol, socket_path, command, log_path):
        self.name, self.protocol, self.socket_path = name, protocol, socket_path
        with open(log_path, "wb") as log:
            self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        self.log_path = log_path

    def wait_until_ready(self, path=None):
        """Waits for the server's socket, or for another one of its."""
        deadline = time.monotonic() + TIMEOUT_SECONDS
        while time.monotonic() < deadline and self.process.poll() is None:
            with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX) as probe:
                probe.connect(path or self.socket_path)
                return
            time.sleep(0.005)
        with open(self.log_path, encoding="utf-8", errors="replace") as log:
            raise BenchmarkError(f"{self.name} is not ready; it said: {log.read().strip() or 'nothing'}")

    def cpu_nanoseconds(self):
        """CPU time of all threads so far, user and system (first field of schedstat; proc(5) counts ticks only)."""
        return sum(int(self._read(f"task/{thread}/schedstat").split()[0]) for thread in self._threads())

    def thread_count(self):
        return len(self._threads())

    def memory_kib(self):
        """(resident, private) in KiB, or None where the kernel shows it to root alone: the process is not dumpable."""
        try:
            text = self._read("smaps_rollup")
        except PermissionError:
            return None
        sizes = {line.split()[0].rstrip(":"): int(line.split()[1]) for line in text.splitlines()[1:]}
        return sizes["Rss"], sizes["Private_Clean"] + sizes["Private_Dirty"]

    def stop(self):
        self.process.terminate()
        try:
            self.process.wait(TIMEOUT_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def _threads(self):
        return os.listdir(f"/proc/{self.process.pid}/task")

    def _read(self, name):
        with open(f"/proc/{self.process.pid}/{name}", encoding="ascii", errors="replace") as file:
            return file.read()


def call(socket_path, method, **parameters):
    """One Varlink call; returns the reply's parameters."""
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(TIMEOUT_SECONDS)
        connection.connect(socket_path)
        connection.sendall(json.dumps({"method": method, "parameters": parameters}).encode() + b"\0")
        message = b""
        while not message.endswith(b"\0"):
            received = connection.recv(65536)
            if not received:
                raise BenchmarkError(f"{method}: the connection ended without a reply")
            message += received
    reply = json.loads(message[:-1])
    if "error" in reply:
        raise BenchmarkError(f"{method}: {reply['error']} {reply.get('parameters', '')}")
    return reply["parameters"]


def stampd_command(binary, directory, journal=None, options=()):
    """Without a journal the audit is off."""
    unlimited = ["--maximum-stamps-per-second", "0", "--journal-socket", journal or f"{directory}/no-journal"]
    return [binary, "--socket-directory", directory, *unlimited, *options]


def ssh_agent_command(socket_path):
    return ["ssh-agent", "-D", "-a", socket_path]


def start_stampd(stack, binary, directory, journal=None, options=()):
    """A frame with an embedded key and one session."""
    command = stampd_command(binary, directory, journal, options)
    server = start(stack, "stampd", "varlink", f"{directory}/stamp.sock", command)
    control = f"{directory}/control.sock"
    server.wait_until_ready(control)  # it is made after the other
    start_session(control)
    return server


def start_session(control):
    """Makes an embedded key, and a session whose key is born inside."""
    call(control, "io.stampd.Control.InitEmbeddedKey")
    key = call(control, "io.stampd.Control.CreateSessionKey")["publicKey"]
    call(control, "io.stampd.Control.ActivateSession", publicKey=key, expirationSeconds=SESSION_SECONDS)


def start_floor(stack, binary, directory):
    path = f"{directory}/floor.sock"
    return start(stack, "floor", "varlink", path, [binary, path])


def start_ssh_agent(stack, directory):
    """ssh-agent with one ECDSA P-256 key."""
    path, key = f"{directory}/agent.sock", f"{directory}/agent-key"
    server = start(stack, "ssh-agent", "agent", path, ssh_agent_command(path))
    run = {"check": True, "timeout": TIMEOUT_SECONDS, "stdin": subprocess.DEVNULL, "capture_output": True}
    subprocess.run(["ssh-keygen", "-q", "-t", "ecdsa", "-b", "256", "-N", "", "-f", key], **run)
    subprocess.run(["ssh-add", "-q", key], env={**os.environ, "SSH_AUTH_SOCK": path}, **run)
    return server


def start(stack, name, protocol, socket_path, command):
    """Ends with the stack."""
    server = Server(name, protocol, socket_path, command, f"{os.path.dirname(socket_path)}/{name}.log")
    stack.callback(server.stop)
    server.wait_until_ready()
    return server
