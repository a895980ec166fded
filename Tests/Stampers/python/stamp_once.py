# SPDX-License-Identifier: Apache-2.0
"""stamp_once.py SOCKET SESSION TIMEOUT_MILLISECONDS bytes|text: stamps standard input, or the text that it is as JSON."""

import json
import sys

from socket_stamper import SocketStamper, StampError

socket_path, session, milliseconds, kind = sys.argv[1:]
body = sys.stdin.buffer.read()
if kind == "text":
    body = json.loads(body)
stamper = SocketStamper(socket_path, session, timeout_seconds=int(milliseconds) / 1000)
try:
    stamp = stamper.stamp(body)
    print("stamped", stamp.stamp_header_name, stamp.stamp_header_value)
except StampError as error:
    print("refused", error.name, error.fallback)
