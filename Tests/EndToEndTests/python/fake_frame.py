# SPDX-License-Identifier: Apache-2.0
"""Stand-ins for a frame at a socket's path: one that does as a script says, and listeners that are no frame at all."""

import contextlib
import json
import os
import select
import socket
import struct
import threading

STRANGER = 12345  # a user who is neither root nor the caller


class FakeFrame:
    """Serves one connection after the other by a script, and keeps the calls that came."""

    def __init__(self, path, script):
        self.script, self.calls = script, []
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(path)
        self.listener.listen()
        self.thread = threading.Thread(target=self._serve, daemon=True)
        self.thread.start()

    def stop(self):
        """Ends it, and returns how many connections were made."""
        # Behind all that others made, which are accepted first.
        with socket.socket(socket.AF_UNIX) as last:
            last.connect(self.listener.getsockname())
            self.thread.join()
        self.listener.close()
        return self.connections

    def _serve(self):
        self.connections = 0
        while True:
            connection, _ = self.listener.accept()
            with connection, contextlib.suppress(ConnectionError):
                if _peer_pid(connection) == os.getpid():
                    return
                steps = self.script[self.connections] if self.connections < len(self.script) else []
                self.connections += 1
                self._play(connection, steps)

    def _play(self, connection, steps):
        if steps == ["end"]:
            return
        if steps == ["deaf"]:
            return _wait_for_end(connection)
        if steps[:1] == ["early"]:
            connection.recv(1)
        else:
            self.calls.append(_read_call(connection))
        for step in steps:
            if step == "silence":
                _wait_for_end(connection)
            elif step == "drip":
                _drip(connection)
            elif step != "early":
                connection.sendall(_bytes(step))


def _peer_pid(connection):
    pid, _, _ = struct.unpack("3i", connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12))
    return pid


def _read_call(connection):
    """The call, or None where the bytes until the first NUL are not exactly one JSON object."""
    received = b""
    while not received.endswith(b"\0"):
        piece = connection.recv(1 << 20)
        if not piece:
            return None
        received += piece
    return json.loads(received[:-1])


def _bytes(step):
    match step:
        case {"reply": reply}:
            return json.dumps(reply, ensure_ascii=False).encode() + b"\0"
        case {"text": text}:
            return text.encode()
        case {"hex": digits}:
            return bytes.fromhex(digits)
        case {"repeat": [text, count]}:
            return text.encode() * count
    raise ValueError(step)


def _drip(connection):
    connection.settimeout(0.02)
    while True:
        connection.sendall(b" ")
        with contextlib.suppress(TimeoutError):
            if not connection.recv(1):
                return


def _wait_for_end(connection):
    """Waits until the peer has gone, and reads nothing of what it wrote."""
    poll = select.poll()
    poll.register(connection, select.POLLHUP)
    poll.poll()


@contextlib.contextmanager
def listener(kind, directory, path):
    """What is at path is no frame: no socket, a dead one, a full queue, a stranger's, or a directory open to all."""
    with contextlib.ExitStack() as stack:
        if kind in ("dead", "full", "open"):
            bound = stack.enter_context(socket.socket(socket.AF_UNIX))
            bound.bind(path)
        if kind in ("full", "open"):
            bound.listen(0 if kind == "full" else 1)
        if kind == "full":
            _fill(path, stack)
        if kind == "open":
            os.chmod(directory, 0o777)
        if kind == "stranger":
            stack.enter_context(_stranger(directory, path))
        yield


def _fill(path, stack):
    with contextlib.suppress(BlockingIOError):
        while True:
            filler = stack.enter_context(socket.socket(socket.AF_UNIX))
            filler.setblocking(False)
            filler.connect(path)


@contextlib.contextmanager
def _stranger(directory, path):
    """A process of another user listens."""
    os.chown(directory, STRANGER, STRANGER)
    (ready, is_ready), (end, ends) = os.pipe(), os.pipe()
    child = os.fork()
    if child == 0:
        os.setgroups([])
        os.setresgid(STRANGER, STRANGER, STRANGER)
        os.setresuid(STRANGER, STRANGER, STRANGER)
        bound = socket.socket(socket.AF_UNIX)
        bound.bind(path)
        bound.listen()
        os.write(is_ready, b"x")
        os.close(ends)
        os.read(end, 1)
        os._exit(0)
    os.read(ready, 1)
    try:
        yield
    finally:
        os.close(ends)
        os.waitpid(child, 0)
