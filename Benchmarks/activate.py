# SPDX-License-Identifier: Apache-2.0
"""activate.py DIRECTORY GROUP COMMAND...: becomes COMMAND, to which it passes two sockets as a service manager does:
DIRECTORY/control.sock, for root, and DIRECTORY/stamp.sock, for everybody. It joins the control group GROUP, unless that
is empty."""

import fcntl
import os
import socket
import sys

FIRST_PASSED = 3
BACKLOG = 256  # as the units have it


def listen(path, mode):
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(path)
    os.chmod(path, mode)
    listener.listen(BACKLOG)
    return listener.detach()


def main():
    directory, group, *command = sys.argv[1:]
    made = [listen(f"{directory}/control.sock", 0o600), listen(f"{directory}/stamp.sock", 0o666)]
    # Out of the way first, so that neither takes the other's place; the copies end with this program.
    for place, copy in enumerate([fcntl.fcntl(one, fcntl.F_DUPFD_CLOEXEC, 10) for one in made], FIRST_PASSED):
        os.dup2(copy, place)
    names = {"LISTEN_PID": str(os.getpid()), "LISTEN_FDS": "2", "LISTEN_FDNAMES": "control:stamp"}
    if group:
        with open(f"{group}/cgroup.procs", "w", encoding="ascii") as processes:
            processes.write("0")
    os.execvpe(command[0], command, {**os.environ, **names})


main()
