# SPDX-License-Identifier: Apache-2.0
"""A stamper for Turnkey's Python client that asks a frame: no private key in this process, no package but Python's own.

    stamper = SocketStamper("/run/stampd/stamp.sock")
    client = TurnkeyClient(base_url="https://api.turnkey.com", stamper=stamper, organization_id="…")
"""

import contextlib
import json
import os
import socket
import struct
import time
from collections import namedtuple

CALL_LIMIT_BYTES = 1 << 20  # what a frame reads of one call
REPLY_LIMIT_BYTES = 1 << 16  # far more than a stamp or an error has

# One HTTP header, in the names that Turnkey's client reads.
Stamp = namedtuple("Stamp", "stamp_header_name stamp_header_value")


class StampError(Exception):
    """There is no stamp. fallback says what to do: "passkey" (ask for an approval), "retry" (later) or "never".

    name is the frame's error, with its parameters; or, without a dot, what this module found itself.
    """

    def __init__(self, name, fallback="never", parameters=None):
        super().__init__(json.dumps({"error": name, "parameters": parameters or {}}))
        self.name, self.parameters = name, parameters or {}
        self.fallback = fallback if fallback in ("passkey", "retry") else "never"


class SocketStamper:
    """Has requests stamped over a stamp socket. Each stamp has a connection of its own, and threads may share one."""

    def __init__(self, socket_path, session="default", timeout_seconds=10):
        self.socket_path, self.session, self.timeout_seconds = socket_path, session, timeout_seconds

    def stamp(self, content):
        """Returns the header that stamps content, which is a str or UTF-8 bytes: send exactly this content with it.

        Raises StampError. A frame that goes away without an answer is asked once more: a second stamp does no harm.
        """
        deadline = time.monotonic() + self.timeout_seconds
        try:
            call = _write_call(content, self.session)
            reply = self._exchange(call, deadline) or self._exchange(call, deadline)
        except UnicodeError:
            raise StampError("notUTF8") from None
        except OSError as error:
            name = "timedOut" if isinstance(error, TimeoutError) else "noFrame"
            raise StampError(name, "retry", {"reason": str(error)}) from None
        return _read_reply(reply)

    def _exchange(self, call, deadline):
        """Returns the reply with its NUL, or None where the connection ended before that."""
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(_time_left(deadline))
            connection.connect(self.socket_path)
            _refuse_strangers(connection)
            reply = b""
            with contextlib.suppress(ConnectionError):
                connection.sendall(call)  # where it is not read to its end, a refusal may have come
            with contextlib.suppress(ConnectionError):
                while received := connection.recv(65536):
                    reply += received
                    if b"\0" in reply or len(reply) > REPLY_LIMIT_BYTES:
                        return reply
                    connection.settimeout(_time_left(deadline))


def _refuse_strangers(connection):
    """Refuses a listener who is neither root nor this user: SO_PEERCRED names who called listen(2) (unix(7)).

    65534 and -1 stand for any user whom the kernel has no number for here (user_namespaces(7)).
    """
    _, uid, _ = struct.unpack("iII", connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12))
    if uid not in {0, os.geteuid()} - {65534, 0xFFFFFFFF}:
        raise StampError("untrustedListener", "never", {"uid": uid})


def _time_left(deadline):
    left = deadline - time.monotonic()
    if left < 0.001:
        raise TimeoutError("timed out")
    return left


def _write_call(content, session):
    payload = content if isinstance(content, str) else content.decode()
    call = {"method": "io.stampd.Stamper.Stamp", "parameters": {"payload": payload, "session": session}}
    message = json.dumps(call, ensure_ascii=False).encode()
    if len(message) > CALL_LIMIT_BYTES:
        raise StampError("tooLarge")
    return message + b"\0"


def _read_reply(reply):
    if not reply:
        raise StampError("connectionLost", "retry")
    with contextlib.suppress(ValueError, RecursionError):
        match json.loads(reply.decode().removesuffix("\0")) if len(reply) <= REPLY_LIMIT_BYTES else None:
            case {"parameters": {"stampHeaderName": "X-Stamp", "stampHeaderValue": str(value)}, **rest} if not rest:
                return Stamp("X-Stamp", value)
            case {"error": str(name), "parameters": dict(parameters), **rest} if not rest:
                raise StampError(name, parameters.get("fallback"), parameters)
    raise StampError("protocolViolation")
