# SPDX-License-Identifier: Apache-2.0
"""ready.py PROGRAM: how big stampd is, what it is linked to, and how long it takes from exec to READY=1.

PROGRAM is a release's, stripped, such as /usr/bin/stampd. Each start is a process of its own, with sockets in a directory
that is thrown away; the notification comes as to a service manager."""

import os
import pathlib
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time

STARTS = 50


def milliseconds_to_ready(program: str, directory: str) -> float:
    path = os.path.join(directory, "notify")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as notify:
        notify.bind(path)
        notify.settimeout(10)
        frame = os.path.join(directory, "frame")
        os.mkdir(frame, 0o700)
        arguments = [program, "--socket-directory", frame, "--journal-socket", path + ".none"]
        start = time.monotonic()
        process = subprocess.Popen(arguments, env={"NOTIFY_SOCKET": path}, stderr=subprocess.DEVNULL)
        while b"READY=1" not in notify.recv(4096):
            pass
        took = (time.monotonic() - start) * 1000
        process.send_signal(signal.SIGTERM)
        process.wait()
    return took


def libraries(program: str) -> list[tuple[str, int]]:
    output = subprocess.run(["ldd", program], check=True, capture_output=True, text=True).stdout
    paths = [line.split("=> ")[1].split(" (")[0] for line in output.splitlines() if "=> /" in line]
    return [(os.path.basename(path), pathlib.Path(path).stat().st_size) for path in paths]


def main() -> None:
    program = sys.argv[1]
    print(f"{program}: {pathlib.Path(program).stat().st_size / 2**20:.1f} MiB")
    for name, size in sorted(libraries(program), key=lambda library: -library[1]):
        print(f"  {name}: {size / 2**20:.1f} MiB")
    times = []
    for _ in range(STARTS):
        with tempfile.TemporaryDirectory() as directory:
            times.append(milliseconds_to_ready(program, directory))
    print(
        f"exec to READY=1, {STARTS} starts: median {statistics.median(times):.1f} ms, "
        f"{min(times):.1f} to {max(times):.1f}"
    )


main()
