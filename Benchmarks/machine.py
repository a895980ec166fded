# SPDX-License-Identifier: Apache-2.0
"""What the figures were measured on."""

import os
import platform
import subprocess

TIMEOUT_SECONDS = 10


def machine_line(library):
    """Cores, kernel, libcrypto, ssh, Swift and how busy the machine was already, in one line."""
    parts = [
        f"{os.cpu_count()} cores ({_processor()})",
        f"Linux {platform.release()}",
        library,
        _first_line("ssh", "-V").split(",")[0],
        _first_line("swift", "--version"),
        f"load average {os.getloadavg()[0]:.1f} before",
    ]
    return ", ".join(parts)


def _first_line(*command):
    """The first line that a program prints about itself, or that it is not there."""
    try:
        done = subprocess.run(
            command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False, timeout=TIMEOUT_SECONDS
        )
    except FileNotFoundError:
        return f"no {command[0]}"
    return (done.stdout + done.stderr).strip().splitlines()[0]


def _processor():
    with open("/proc/cpuinfo", encoding="ascii", errors="replace") as file:
        names = [line.split(":", 1)[1].strip() for line in file if line.startswith("model name")]
    return names[0] if names else platform.machine()
