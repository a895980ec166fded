# SPDX-License-Identifier: Apache-2.0
"""A control group with a limit of memory, made by hand: version 1 or 2 of the memory controller."""

import contextlib
import os

PARENTS = [
    ("/sys/fs/cgroup/memory", "memory.limit_in_bytes", "memory.max_usage_in_bytes"),
    ("/sys/fs/cgroup", "memory.max", "memory.peak"),
]


class MemoryGroup:
    def __init__(self, path, peak_file):
        self.path, self._peak_file = path, peak_file

    def peak_mebibytes(self):
        """The most that the group held at once, the kernel's buffers included."""
        with open(f"{self.path}/{self._peak_file}", encoding="ascii") as file:
            return int(file.read()) / 2**20


@contextlib.contextmanager
def memory_group(limit_bytes):
    """The group, or None where none can be made; whoever is in it must have ended at the end."""
    for parent, limit_file, peak_file in PARENTS:
        path = f"{parent}/stampd-bench-{os.getpid()}"
        try:
            os.mkdir(path)
        except OSError:
            continue
        try:
            if os.path.exists(f"{path}/{limit_file}") and os.path.exists(f"{path}/{peak_file}"):
                with open(f"{path}/{limit_file}", "w", encoding="ascii") as file:
                    file.write(str(limit_bytes))
                yield MemoryGroup(path, peak_file)
                return
        finally:
            os.rmdir(path)
    yield None
