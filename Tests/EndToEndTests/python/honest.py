# SPDX-License-Identifier: Apache-2.0
"""An honest caller: for each of its arguments SIZE it has a payload of so many bytes stamped, each on a connection of its
own, COUNT times in turn.

usage: honest.py SOCKET METHOD COUNT SIZE...

Prints one JSON object: how many calls were answered, each other answer once, and the milliseconds of each call.
"""
import json
import socket
import sys
import time


def ask(path, message):
    with socket.socket(socket.AF_UNIX) as peer:
        # Blocking, it waits for room in the listener's queue.
        peer.connect(path)
        peer.settimeout(60)
        peer.sendall(message)
        reply = b""
        while not reply.endswith(b"\0"):
            piece = peer.recv(65536)
            if not piece:
                return "ended"
            reply += piece
    return json.loads(reply[:-1]).get("error", "ok")


def main():
    path, method, count, sizes = sys.argv[1], sys.argv[2], int(sys.argv[3]), [int(size) for size in sys.argv[4:]]
    answered, other, milliseconds = 0, set(), []
    for _ in range(count):
        for size in sizes:
            parameters = {"payload": "h" * size} if size else {}
            message = json.dumps({"method": method, "parameters": parameters}).encode() + b"\0"
            start = time.monotonic()
            try:
                answer = ask(path, message)
            except OSError as error:
                answer = type(error).__name__
            milliseconds.append(round((time.monotonic() - start) * 1000, 3))
            if answer == "ok":
                answered += 1
            else:
                other.add(answer)
    print(json.dumps({"answered": answered, "other": sorted(other), "milliseconds": milliseconds}))


main()
