# SPDX-License-Identifier: Apache-2.0
"""deadline.py SOCKET: between which microseconds of CLOCK_BOOTTIME the default session's deadline lies.

A call tells the whole milliseconds that are left; many calls, at different parts of a millisecond, tell the deadline to a
small part of one."""

import json
import socket
import sys
import time

CALL = b'{"method":"io.stampd.Stamper.GetSession","parameters":{}}\0'


def now() -> int:
    return time.clock_gettime_ns(time.CLOCK_BOOTTIME) // 1000


def main() -> None:
    low, high = 0, sys.maxsize
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(120)
        connection.connect(sys.argv[1])
        for _ in range(400):
            before = now()
            connection.sendall(CALL)
            reply = connection.recv(65536)
            after = now()
            left = json.loads(reply[:-1])["parameters"]["session"]["expiresInMilliseconds"] * 1000
            # It was rounded one way or the other.
            low, high = max(low, before + left - 1000), min(high, after + left + 1000)
    print(low, high)


main()
