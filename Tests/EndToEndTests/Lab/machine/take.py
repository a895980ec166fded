# SPDX-License-Identifier: Apache-2.0
"""take.py SOCKET: prints what comes at a Unix socket until it ends, or what the system refused."""

import socket
import sys


def main() -> None:
    try:
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(120)
            connection.connect(sys.argv[1])
            while piece := connection.recv(65536):
                sys.stdout.write(piece.decode())
    except OSError as error:
        sys.exit(type(error).__name__)


main()
