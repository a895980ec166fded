# SPDX-License-Identifier: Apache-2.0
"""connect_as.py SOCKET COUNT: connects COUNT times, hands the connections over to whoever has descriptor 3's other end, and
lives until that is closed: the frame takes them for this process's, and this user's.
"""

import socket
import sys

path, count = sys.argv[1], int(sys.argv[2])
starter = socket.socket(fileno=3)
peers = [socket.socket(socket.AF_UNIX) for _ in range(count)]
for peer in peers:
    peer.connect(path)
socket.send_fds(starter, [b"x"], [peer.fileno() for peer in peers])
for peer in peers:
    peer.close()
starter.recv(1)
