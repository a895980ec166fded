# SPDX-License-Identifier: Apache-2.0
"""The figures as Markdown: the median of the rounds, with the least and the greatest beside it."""

import statistics

COLUMNS = ["stampd", "floor", "raw", "ssh-agent"]
BUSY_CPU = "CPU a signature, 8 connections"
CPU = "CPU a signature, one after the other"
INJECT_CPU = "CPU a bundle injected"
THROUGHPUT = "signatures a second, 8 connections"

# (key of the samples, what the row says, digits after the point)
ROWS = [
    ("busyCpuMicroseconds", f"{BUSY_CPU} (µs)", 1),
    ("sequentialCpuMicroseconds", f"{CPU} (µs)", 1),
    ("p50Microseconds", "latency p50, one after the other (µs)", 0),
    ("p99Microseconds", "latency p99, one after the other (µs)", 0),
    ("perSecond", THROUGHPUT, 0),
    ("injectCpuMicroseconds", f"{INJECT_CPU} (µs)", 0),
    ("startMilliseconds", "exec to first answer (ms)", 1),
    ("idleResidentMiB", "resident, before the first signature (MiB)", 1),
    ("idlePrivateMiB", "private, before the first signature (MiB)", 1),
    ("afterResidentMiB", "resident, after {signatures} signatures (MiB)", 1),
    ("afterPrivateMiB", "private, after {signatures} signatures (MiB)", 1),
    ("injectedPrivateMiB", "private, after {bundles} bundles besides (MiB)", 1),
    ("threads", "threads", 0),
]

# (what is compared, column and key over column and key, the target in words, whether it is met)
RATIOS = [
    (f"{BUSY_CPU}: stampd / floor", "busyCpuMicroseconds", "stampd", "floor", "≤ 1.15", lambda ratio: ratio <= 1.15),
    (f"{CPU}: stampd / floor", "sequentialCpuMicroseconds", "stampd", "floor", "≤ 1.15", lambda ratio: ratio <= 1.15),
    (f"{INJECT_CPU}: stampd / floor", "injectCpuMicroseconds", "stampd", "floor", "≤ 2.5", lambda ratio: ratio <= 2.5),
    (f"{BUSY_CPU}: floor / raw", "busyCpuMicroseconds", "floor", "raw", "", None),
    (f"{BUSY_CPU}: stampd / raw", "busyCpuMicroseconds", "stampd", "raw", "", None),
    (f"{BUSY_CPU}: ssh-agent / stampd", "busyCpuMicroseconds", "ssh-agent", "stampd", "", None),
    (f"{BUSY_CPU}: ssh-agent / floor", "busyCpuMicroseconds", "ssh-agent", "floor", "", None),
    (f"{THROUGHPUT}: stampd / ssh-agent", "perSecond", "stampd", "ssh-agent", "≥ 8", lambda ratio: ratio >= 8),
    (f"{THROUGHPUT}: floor / ssh-agent", "perSecond", "floor", "ssh-agent", "", None),
]

# (key of stampd's samples, what the row says, digits after the point, the most that it may be)
LIMITS = [
    ("afterPrivateMiB", "stampd: private, after all signatures (MiB)", 1, 6),
    ("injectedPrivateMiB", "stampd: private, after all bundles besides (MiB)", 1, 6),
    ("startMilliseconds", "stampd: exec to first answer (ms)", 1, 10),
    ("rulesShortMicroseconds", "stampd: what 50 rules add to a stamp of 300 bytes (µs of CPU)", 2, 2),
    ("rulesLongShare", "stampd: what 50 rules add to a stamp of 10 KB / the stamp without rules", 2, 0.25),
]


def ratios(samples, key, above, below):
    """The ratio in each round: both were measured within seconds, so that a slow minute of the machine cancels out."""
    return [a / b for a, b in zip(samples[above][key], samples[below][key])]


def summary(values):
    return {"median": statistics.median(values), "min": min(values), "max": max(values), "values": values}


def to_json(samples, machine, size):
    measured = {name: {key: summary(values) for key, values in keys.items()} for name, keys in samples.items()}
    compared = {what: summary(ratios(samples, key, above, below)) for what, key, above, below, *_ in RATIOS}
    return {"machine": machine, "signaturesBeforeMemory": size.signatures_a_server, "measured": measured, "ratios": compared}


def to_markdown(samples, machine, size):
    lines = [f"Measured on: {machine}.", "", "| | " + " | ".join(COLUMNS) + " |", "|---|" + "---:|" * len(COLUMNS)]
    for key, label, digits in ROWS:
        cells = [_cell(samples[name].get(key), digits) for name in COLUMNS]
        label = label.format(signatures=f"{size.signatures_a_server:,}", bundles=f"{size.all_bundles:,}")
        lines.append(f"| {label} | " + " | ".join(cells) + " |")
    lines += ["", "| compared, round by round, and held to a limit | | target | met |", "|---|---:|---:|---|"]
    for what, cell, target, is_met in _compared(samples):
        verdict = "" if is_met is None else "yes" if is_met else "no"
        lines.append(f"| {what} | {cell} | {target} | {verdict} |")
    return "\n".join(lines)


def missed(samples):
    """What is beyond its limit, in words."""
    return [f"{what} is {cell}, not {target}" for what, cell, target, is_met in _compared(samples) if is_met is False]


def _compared(samples):
    for what, key, above, below, target, is_met in RATIOS:
        values = ratios(samples, key, above, below)
        yield what, _cell(values, 2), target, is_met and is_met(statistics.median(values))
    for key, what, digits, most in LIMITS:
        values = samples["stampd"].get(key)
        yield what, _cell(values, digits), f"≤ {most}", statistics.median(values) <= most if values else None


def _cell(values, digits):
    if not values:
        return "–"
    middle = f"{statistics.median(values):,.{digits}f}"
    least, greatest = f"{min(values):,.{digits}f}", f"{max(values):,.{digits}f}"
    return middle if least == greatest else f"{middle} ({least}–{greatest})"
