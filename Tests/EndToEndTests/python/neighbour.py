# SPDX-License-Identifier: Apache-2.0
"""A hostile neighbour of a frame's callers: does one thing at one socket for two minutes at most.

usage: neighbour.py SOCKET MODE COUNT

Prints "there" once it has begun. The modes: `unread` pipelines calls and reads no reply; `unfinished` holds calls that are
one piece short of whole, and comes again when one is ended; `listing` calls ListSessions as fast as it is answered;
`watching` opens Monitors; `holding` connects and calls once; `stamping` stamps as fast as it is answered.
"""
import json
import socket
import sys
import time


def call(method, **parameters):
    return json.dumps({"method": "io.stampd.Stamper." + method, "parameters": parameters}).encode() + b"\0"


DESCRIPTION = (
    b'{"method":"org.varlink.service.GetInterfaceDescription","parameters":{"interface":"io.stampd.Stamper"}}\0'
)
LONG = b'{"method":"io.stampd.Stamper.Stamp","parameters":{"payload":"' + b"x" * (1024 * 1024 - 80)


class Peer:
    def __init__(self, path):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.settimeout(10)
        try:
            self.socket.connect(path)
        except OSError:
            pass
        self.socket.setblocking(False)
        self.rest = b""

    def push(self, message):
        """Sends what the kernel takes; False where the frame ended the connection."""
        try:
            if not self.rest:
                self.rest = message
            self.rest = self.rest[self.socket.send(self.rest) :]
        except BlockingIOError:
            pass
        except OSError:
            return False
        return True

    def drain(self):
        """Reads what is there; False at the end."""
        try:
            return self.socket.recv(65536) != b""
        except BlockingIOError:
            return True
        except OSError:
            return False


def main():
    path, mode, count = sys.argv[1], sys.argv[2], int(sys.argv[3])
    message = {
        "unread": DESCRIPTION * 200,
        "unfinished": LONG,
        "listing": call("ListSessions"),
        "watching": call("Monitor")[:-2] + b',"more":true}\0',
        "holding": call("GetStatus"),
        "stamping": call("Stamp", payload="p" * 300),
    }[mode]
    peers = [Peer(path) for _ in range(count)]
    sent = [False] * count
    said = False
    end = time.monotonic() + 120
    while time.monotonic() < end:
        time.sleep(0.001)
        for index, peer in enumerate(peers):
            if mode == "unread":
                peer.push(message)
            elif mode in ("unfinished", "watching", "holding"):
                alive = peer.push(message) if peer.rest or not sent[index] else True
                sent[index] = True
                if mode != "watching" and not peer.drain() or not alive:
                    peers[index], sent[index] = Peer(path), False
            else:
                peer.push(message)
                peer.drain()
        if not said:
            said = True
            print("there", flush=True)


main()
