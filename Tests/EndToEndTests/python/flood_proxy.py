# SPDX-License-Identifier: Apache-2.0
"""flood_proxy.py SOCKET PATH BODY FILE: holds 600 silent connections, and asks without end, 8 at once, until FILE is gone.

Prints a JSON object: how many answers had which status, and the Retry-After of those with 429."""

import collections
import http.client
import json
import os
import resource
import socket
import sys
import threading

SILENT = 600
AT_ONCE = 8


def connect(path):
    connection = socket.socket(socket.AF_UNIX)
    connection.connect(path)
    return connection


class Flood:
    def __init__(self, path, target, body, file):
        (self.path, self.target, self.body, self.file) = (path, target, body, file)
        self.statuses = collections.Counter()
        self.waits = set()
        self.lock = threading.Lock()

    def ask(self):
        connection = http.client.HTTPConnection("localhost", timeout=120)
        connection.sock = connect(self.path)
        try:
            connection.request("POST", self.target, self.body)
            answer = connection.getresponse()
            answer.read()
        # Its place was another's: what a flood is to expect.
        except (OSError, http.client.HTTPException):
            return ("closed", None)
        finally:
            connection.close()
        return (str(answer.status), answer.headers.get("Retry-After"))

    def run(self):
        while os.path.exists(self.file):
            (status, wait) = self.ask()
            with self.lock:
                self.statuses[status] += 1
                if status == "429":
                    self.waits.add(wait)


def main():
    (_, most) = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(most, 4096), most))
    flood = Flood(*sys.argv[1:])
    silent = [connect(flood.path) for _ in range(SILENT)]
    threads = [threading.Thread(target=flood.run) for _ in range(AT_ONCE)]
    for thread in threads:
        thread.start()
    print("it floods", file=sys.stderr, flush=True)
    for thread in threads:
        thread.join()
    for connection in silent:
        connection.close()
    print(json.dumps({"statuses": flood.statuses, "waits": sorted(flood.waits, key=str)}))


if __name__ == "__main__":
    main()
