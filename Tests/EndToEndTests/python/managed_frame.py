# SPDX-License-Identifier: Apache-2.0
"""A frame that keeps its state over restarts, and what stands in for the service manager that holds it meanwhile."""

import base64
import fcntl
import json
import os
import pathlib
import select
import signal
import socket
import subprocess
import time

from stamp_check import verifies

BOOT_ID = "0123456789abcdef" * 2


class Manager:
    """What a frame tells its service manager, and the descriptors that it hands over."""

    def __init__(self, path):
        self.path, self.stored = path, {}
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(path)
        self.readies = 0

    def take(self):
        while select.select([self.socket], [], [], 0)[0]:
            message, descriptors, _, _ = socket.recv_fds(self.socket, 4096, 4)
            fields = dict(line.split("=", 1) for line in message.decode().splitlines() if "=" in line)
            self.readies += fields.get("READY") == "1"
            if "FDSTORE" in fields and descriptors:
                self.drop(fields["FDNAME"])
                self.stored[fields["FDNAME"]] = descriptors.pop(0)
            elif "FDSTOREREMOVE" in fields:
                self.drop(fields["FDNAME"])
            for descriptor in descriptors:
                os.close(descriptor)

    def close(self):
        for name in list(self.stored):
            self.drop(name)
        self.socket.close()

    def drop(self, name):
        if name in self.stored:
            os.close(self.stored.pop(name))


class ManagedFrame:
    """A running stampd in a directory, with what its manager holds for it.

    `listeners`: sockets that the manager holds too, by name; without them the frame makes its own in the directory.
    `tracer`: in front of its command line. `patience`: seconds until it serves, and until it stops.
    """

    def __init__(self, program, directory, manager, options=(), listeners=None, tracer=(), patience=20):
        self.directory, self.manager, self.patience = directory, manager, patience
        passed = {name: listener.fileno() for name, listener in (listeners or {}).items()} | manager.stored
        # Out of the way of those that a process finds its own under.
        passed = {name: fcntl.fcntl(descriptor, fcntl.F_DUPFD_CLOEXEC, 20) for name, descriptor in passed.items()}
        shell = 'export LISTEN_PID=$$; i=3; for d in $PASSED; do eval "exec $i<&$d"; i=$((i + 1)); done; exec "$@"'
        environment = {"PATH": os.environ["PATH"], "NOTIFY_SOCKET": manager.path}
        environment["PASSED"] = " ".join(map(str, passed.values()))
        if passed:
            environment |= {"LISTEN_FDS": str(len(passed)), "LISTEN_FDNAMES": ":".join(passed)}
        command = [program, "--journal-socket", f"{directory}/journal", "--keep-state", "--boot-id", BOOT_ID]
        command += ["--configuration", f"{directory}/configuration.json", *options]
        if not listeners:
            command += ["--socket-directory", directory]
        self.log = open(f"{directory}/log", "w+")
        before = manager.readies
        self.process = subprocess.Popen(
            ["bash", "-c", shell, "bash", *tracer, *command],
            env=environment, pass_fds=list(passed.values()), stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log,
        )  # fmt: skip
        for descriptor in passed.values():
            os.close(descriptor)
        self.is_serving = self.wait(lambda: manager.readies > before or " serves " in self.words())

    def wait(self, holds, patience=None):
        """Until it holds, or the process ends; whether it holds."""
        end = time.monotonic() + (patience or self.patience)
        while time.monotonic() < end:
            self.manager.take()
            if holds():
                return True
            if self.process.poll() is not None:
                return holds()
            time.sleep(0.005)
        return False

    def words(self):
        return pathlib.Path(self.log.name).read_text()

    def end(self):
        """Its status after SIGTERM; None where it did not stop, and was killed."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(self.patience)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            self.process.returncode = None
        self.manager.take()
        self.log.close()
        return self.process.returncode


def write_configuration(directory, configuration):
    path = f"{directory}/configuration.json"
    pathlib.Path(path).write_text(json.dumps(configuration))
    os.chmod(path, 0o600)


def is_stamp(reply, key, payload):
    """Whether the parameters of a reply are a stamp of the payload by the key."""
    value = reply["stampHeaderValue"]
    stamp = json.loads(base64.urlsafe_b64decode(value + "=" * (-len(value) % 4)))
    return stamp["publicKey"] == key and verifies(key, stamp["signature"], payload)
