# SPDX-License-Identifier: Apache-2.0
"""reuse_pid.py STAMPD DIRECTORY JOURNAL GROUP LAUNCHER...: a caller's number becomes another process's before it is looked at.

Runs as the first process of a pid namespace with its own /proc. A frame (behind LAUNCHER) is stopped; a caller connects,
sends a call that is audited, and ends; a process of the control group GROUP gets its number; then the frame goes on.
Prints the number, and the call's reply.
"""

import os
import signal
import socket
import subprocess
import sys

stampd, directory, journal, group, *launcher = sys.argv[1:]
command = launcher + [stampd, "--socket-directory", directory, "--journal-socket", journal]
frame = subprocess.Popen(command, stderr=subprocess.PIPE)
while b" serves " not in frame.stderr.readline():
    pass
os.kill(frame.pid, signal.SIGSTOP)
mine, caller_side = socket.socketpair()
caller = os.fork()
if caller == 0:
    peer = socket.socket(socket.AF_UNIX)
    peer.connect(directory + "/control.sock")
    peer.sendall(b'{"method":"io.stampd.Control.InitEmbeddedKey"}\0')
    # The socket outlives its process, in whose hands the reply would be lost.
    socket.send_fds(caller_side, [b"x"], [peer.fileno()])
    os._exit(0)
descriptor = socket.recv_fds(mine, 1, 1)[1][0]
os.waitpid(caller, 0)
with open("/proc/sys/kernel/ns_last_pid", "w") as last:
    last.write(str(caller - 1))
ready, stay = os.pipe()
impostor = os.fork()
if impostor == 0:
    os.close(stay)
    os.read(ready, 1)
    os._exit(0)
if impostor != caller:
    sys.exit(f"the number {caller} was not given again, but {impostor}")
with open(group + "/cgroup.procs", "w") as members:
    members.write(str(impostor))
os.kill(frame.pid, signal.SIGCONT)
peer = socket.socket(fileno=descriptor)
peer.settimeout(120)
print(caller)
print(peer.recv(65536).split(b"\0")[0].decode())
os.close(stay)
os.waitpid(impostor, 0)
frame.terminate()
frame.wait()
