# SPDX-License-Identifier: Apache-2.0
"""hand_over.py SOCKET FIRST SECOND: a process that connects, sends FIRST, leaves its socket to a child, and ends.

The child, once its parent is gone and has been waited for, reads to the connection's end, and tries to send SECOND.
It prints a line for each reply, `end`, and what became of SECOND: `sent` or `refused`.
"""

import os
import socket
import sys

path, first, second = sys.argv[1:4]
alive, parent = os.pipe()
connection = socket.socket(socket.AF_UNIX)
connection.settimeout(120)
connection.connect(path)
if os.fork() == 0:
    os.close(parent)
    # Until the parent's end of the pipe is closed, which is by its end.
    os.read(alive, 1)
    reply = b""
    while True:
        try:
            piece = connection.recv(65536)
        except ConnectionResetError:
            break
        if not piece:
            break
        reply += piece
    for line in reply.split(b"\0")[:-1]:
        print(line.decode())
    print("end")
    try:
        connection.sendall(second.encode() + b"\0")
        print("sent")
    except OSError:
        print("refused")
    sys.exit()
connection.sendall(b"".join(call.encode() + b"\0" for call in first.split("\n") if call))
