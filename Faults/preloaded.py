# SPDX-License-Identifier: Apache-2.0
"""preloaded.py STAMPD KIND [EVERY] [--served | --PHASE | --until=NUMBER]: lives a frame's life, and each time something else fails that strace cannot make fail.

KIND is `libcrypto`: its allocations, in its ordinary and in its secure heap; each must end in an error in words, or in a frame
that ends in words; where its process goes on to the life's end, no more is left in the secure heap than otherwise. Or
`process`: those of the whole process, Swift's among them, which may end it. Or `close`: a close(2) that tells an error after
the descriptor is gone. What each leaves behind is looked at by life.py. With EVERY, every so manieth fails; with --served, only
what is asked for after the start; with a phase's name, what is asked for in it; with --until, of each process so many.
"""

import contextlib
import mmap
import os
import pathlib
import struct
import subprocess
import sys
import tempfile

from life import Wrong, live, live_all, live_well

# The last two are for clients.py.
KINDS = {"libcrypto": 1, "process": 2, "close": 3, "read": 4, "write": 5}


@contextlib.contextmanager
def built():
    """The library that is preloaded."""
    with tempfile.TemporaryDirectory() as directory:
        library = f"{directory}/preloaded.so"
        source = pathlib.Path(__file__).with_name("preloaded.c")
        options = ["-shared", "-fPIC", "-O1", "-Wall", "-Werror"]
        subprocess.run(["gcc", *options, "-o", library, source, "-lcrypto"], check=True)
        yield library


@contextlib.contextmanager
def shim(library, kind, fails):
    """What goes in front of a command line, and a function that tells (allocations, bytes in the secure heap)."""
    with tempfile.NamedTemporaryFile() as file:
        file.write(struct.pack("4Q", KINDS[kind], fails, 0, 0))
        file.flush()
        with mmap.mmap(file.fileno(), 32) as page:
            yield ("env", f"LD_PRELOAD={library}", f"FAULTS_PAGE={file.name}"), lambda: struct.unpack("4Q", page[:])[2:]


def play(program, library, kind, faulty, fails, most):
    with shim(library, kind, fails) as (tracer, told):
        notes = live(program, faulty, tracer, call=kind, may_die=kind == "process")
        if told()[0] < fails:
            return {"was not asked for any more"}
        died = any(note.startswith("signal") for note in notes)
        if told()[1] > most and not died and not any("refused to start" in note for note in notes):
            raise Wrong(f"{told()[1]} bytes are left in the secure heap, {most} are otherwise")
    return notes


def counts_of(program, library, kind, faulty):
    with shim(library, kind, 0) as (tracer, told):
        phases = []
        notes = live(program, faulty, tracer, told=lambda phase: phases.append((phase, told()[0])))
        count, most = told()
    return notes or (None if count else "nothing was counted"), (phases, count, most)


def points_of(program, library, kind, every, only, until):
    for faulty in (0, 1):
        phases, count, most = live_well(lambda: counts_of(program, library, kind, faulty))
        for fails in range(1, min(count, until or count) + 1, every):
            phase = next((phase for phase, end in phases if fails <= end), "stop")
            if only and phase != only and (only != "served" or phase == "start"):
                continue
            arguments = (program, library, kind, faulty, fails, most)
            yield f"{kind}: {phase}", f"process {faulty + 1}, number {fails}", arguments


def main(program, kind, *arguments):
    every = next((int(argument) for argument in arguments if argument.isdigit()), 1)
    until = next((int(argument[8:]) for argument in arguments if argument.startswith("--until=")), None)
    only = next((argument[2:] for argument in arguments if argument.startswith("--") and "=" not in argument), None)
    with built() as library:
        return live_all(list(points_of(program, library, kind, every, only, until)), play)


if __name__ == "__main__":
    sys.exit(main(os.path.abspath(sys.argv[1]), *sys.argv[2:]))
