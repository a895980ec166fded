# SPDX-License-Identifier: Apache-2.0
"""load.py SOCKET COMMAND...: clients that connect, call and hang up while COMMAND runs; then their counts as JSON."""

import collections
import json
import socket
import subprocess
import sys
import threading
import time

CLIENTS = 3
CALL = b'{"method":"io.stampd.Stamper.Stamp","parameters":{"payload":"{}"}}\0'
counts: collections.Counter[str] = collections.Counter()
slowest = 0.0
is_over = threading.Event()


def ask(path: str) -> str:
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(120)
        try:
            connection.connect(path)
        except OSError as error:
            return f"connect: {type(error).__name__}"
        try:
            connection.sendall(CALL)
            reply = b""
            while not reply.endswith(b"\0"):
                piece = connection.recv(65536)
                if not piece:
                    return "no answer: the connection ended"
                reply += piece
        except OSError as error:
            return f"no answer: {type(error).__name__}"
    return json.loads(reply[:-1]).get("error", "stamped")


def client(path: str) -> None:
    global slowest
    while not is_over.is_set():
        start = time.monotonic()
        counts[ask(path)] += 1
        slowest = max(slowest, time.monotonic() - start)
        # Not above what one user may have stamped in a second.
        time.sleep(0.004)


def main() -> None:
    threads = [threading.Thread(target=client, args=sys.argv[1:2]) for _ in range(CLIENTS)]
    for thread in threads:
        thread.start()
    code = subprocess.run(sys.argv[2:], stdout=sys.stderr).returncode
    is_over.set()
    for thread in threads:
        thread.join()
    print(json.dumps({"code": code, "slowestMilliseconds": int(slowest * 1000), "counts": counts}))


main()
