# SPDX-License-Identifier: Apache-2.0
"""A stamper for Turnkey's Python client that asks a frame: no private key in this process.

    from turnkey_http import TurnkeyClient
    from socket_stamper import SocketStamper

    stamper = SocketStamper("/run/stampd/stamp.sock")
    client = TurnkeyClient(base_url="https://api.turnkey.com", stamper=stamper, organization_id="…")
    print(client.get_whoami().username)

A StampError whose fallback is "passkey" means that there is no session, or that it expired: ask the user's passkey.
"""

import json
import os
import socket
import struct

from turnkey_api_key_stamper import TStamp


class StampError(Exception):
    """The frame refused: name is the Varlink error's, fallback is "passkey", "retry" or "never"."""

    def __init__(self, name, parameters):
        super().__init__(f"{name} {json.dumps(parameters)}")
        self.name, self.parameters = name, parameters
        self.fallback = parameters.get("fallback", "never")


class SocketStamper:
    """Has requests stamped over a stamp socket, each on a connection of its own: a restart of the frame is no harm."""

    def __init__(self, socket_path, session="default", timeout_seconds=10):
        self.socket_path, self.session, self.timeout_seconds = socket_path, session, timeout_seconds

    def stamp(self, content):
        """The header that stamps content, which is signed as it is: send exactly this text.

        Raises StampError where the frame refuses, OSError where there is none that is root's or this user's own.
        """
        call = {"method": "io.stampd.Stamper.Stamp", "parameters": {"payload": content, "session": self.session}}
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(self.timeout_seconds)
            connection.connect(self.socket_path)
            _refuse_strangers(connection)
            connection.sendall(json.dumps(call).encode() + b"\0")
            reply = json.loads(_read_frame(connection))
        parameters = reply.get("parameters", {})
        if "error" in reply:
            raise StampError(reply["error"], parameters)
        return TStamp(parameters["stampHeaderName"], parameters["stampHeaderValue"])


def _unknown_uids():
    """What the kernel says for users that it has no number for here: nobody is known by it (user_namespaces(7))."""
    try:
        with open("/proc/sys/kernel/overflowuid") as file:
            return {65534, 0xFFFFFFFF, int(file.read())}
    except (OSError, ValueError):
        return {65534, 0xFFFFFFFF}


def _refuse_strangers(connection):
    credentials = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, struct.calcsize("iII"))
    _, uid, _ = struct.unpack("iII", credentials)
    if uid not in {0, os.geteuid()} - _unknown_uids():
        raise PermissionError(f"the socket belongs to uid {uid}, which is not known to be root or this user")


def _read_frame(connection):
    frame = b""
    while not frame.endswith(b"\0"):
        received = connection.recv(65536)
        if not received:
            raise ConnectionError("the frame closed the connection without an answer")
        frame += received
    return frame[:-1]
