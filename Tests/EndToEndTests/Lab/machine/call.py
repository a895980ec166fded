# SPDX-License-Identifier: Apache-2.0
"""call.py SOCKET METHOD [PARAMETERS]: one call of a frame, as whoever runs this. Prints the reply, or what the system
refused."""

import socket
import sys


def main() -> None:
    path, method = sys.argv[1:3]
    parameters = sys.argv[3] if len(sys.argv) > 3 else "{}"
    try:
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(120)
            connection.connect(path)
            connection.sendall(f'{{"method":"{method}","parameters":{parameters}}}\0'.encode())
            reply = b""
            while not reply.endswith(b"\0"):
                piece = connection.recv(65536)
                if not piece:
                    sys.exit("the connection ended")
                reply += piece
    except OSError as error:
        sys.exit(type(error).__name__)
    print(reply[:-1].decode())


main()
