# SPDX-License-Identifier: Apache-2.0
"""fake-frame.py [SOCKET]: answers every call with a card, at a socket that it binds or that a service manager passed.

Where a file answers-once lies beside the socket, it ends after one answer."""

import json
import os
import socket
import sys

CARD = json.dumps({"v": 1, "fleet": "web", "host": "web-17.example"})
ANSWER = json.dumps({"parameters": {"card": CARD}}).encode() + b"\0"


def listen() -> socket.socket:
    if len(sys.argv) == 1:
        return socket.socket(fileno=3)
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(sys.argv[1])
    os.chmod(sys.argv[1], 0o666)
    listener.listen()
    return listener


def main() -> None:
    listener = listen()
    listener.setblocking(True)
    while True:
        connection, _ = listener.accept()
        while piece := connection.recv(65536):
            for _ in range(piece.count(b"\0")):
                connection.sendall(ANSWER)
                if os.path.exists("/run/stampd/fake/answers-once"):
                    return


main()
