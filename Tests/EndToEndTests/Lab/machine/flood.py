# SPDX-License-Identifier: Apache-2.0
"""flood.py SOCKET COUNT PAYLOAD: so many stamps asked for at once on one connection; the count of each answer as JSON."""

import collections
import json
import socket
import sys
import threading


def main() -> None:
    path, count = sys.argv[1], int(sys.argv[2])
    call = json.dumps({"method": "io.stampd.Stamper.Stamp", "parameters": {"payload": sys.argv[3]}}).encode() + b"\0"
    answers: collections.Counter[str] = collections.Counter()
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(120)
        connection.connect(path)
        threading.Thread(target=connection.sendall, args=[call * count]).start()
        rest = b""
        while answers.total() < count:
            rest += connection.recv(1 << 20)
            *replies, rest = rest.split(b"\0")
            answers.update(json.loads(reply).get("error", "stamped") for reply in replies)
    print(json.dumps(answers))


main()
