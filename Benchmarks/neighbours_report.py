# SPDX-License-Identifier: Apache-2.0
"""What was measured beside hostile neighbours, as Markdown: by attack, by length of the call, and beside the targets."""

import statistics

import audit_cost

PEAK_MIB, STAMP_P95, SHORT_MEDIAN, LONG_MEDIAN, UNLOCK_MEDIAN, UNLOCK_MOST = 96, 100, 250, 600, 10, 50
LONGEST_SHORT_CALL = 20_000
CONNECTIONS_OF_ONE, STAMPS_OF_ONE = 512, 1000
WORST_FACTOR, WORST_MICROSECONDS, ORDINARY_FACTOR = 2, 100, 1.25


def percentile(values, fraction):
    return sorted(values)[round((len(values) - 1) * fraction)]


def to_markdown(measured, uids):
    attacks = measured["attacks"]
    return "\n".join(
        [
            f"Measured on: {measured['machine']}.",
            "",
            *_attack_table(attacks),
            "",
            *_length_table(attacks),
            "",
            *_target_table(attacks, measured["audit"], uids),
        ]
    )


def _attack_table(attacks):
    yield "| beside | peak MiB | a stamp: p50 / p95 / most (ms) | stamped | Unlock: median / most (ms) | unlocked |"
    yield "|---|---:|---:|---:|---:|---:|"
    for name, seen in attacks.items():
        stamps, unlocks = seen["stamps"]["milliseconds"], seen["unlocks"]["milliseconds"]
        yield (
            f"| {name} | {_mebibytes(seen['peakMiB'])} "
            f"| {percentile(stamps, 0.5):.1f} / {percentile(stamps, 0.95):.1f} / {max(stamps):.1f} "
            f"| {_share(seen['stamps'])} "
            f"| {statistics.median(unlocks):.1f} / {max(unlocks):.1f} | {_share(seen['unlocks'])} |"
        )


def _length_table(attacks):
    lengths = list(next(iter(attacks.values()))["calls"])
    yield "| a call of: median / most (ms), stamped | " + " | ".join(f"{_kilobytes(size)}" for size in lengths) + " |"
    yield "|---|" + "---:|" * len(lengths)
    for name, seen in attacks.items():
        cells = []
        for call in seen["calls"].values():
            times = call["milliseconds"]
            cells.append(f"{statistics.median(times):.1f} / {max(times):.1f}, {_share(call)}")
        yield f"| {name} | " + " | ".join(cells) + " |"


def _target_table(attacks, audit, uids):
    yield "| what | measured | target | |"
    yield "|---|---:|---:|---|"
    for what, measured, target, is_met in _targets(attacks, audit, uids):
        yield f"| {what} | {measured} | {target} | {'' if is_met is None else 'met' if is_met else 'not met'} |"


def missed(measured, uids):
    """What is beyond its target, in words."""
    for what, seen, target, is_met in _targets(measured["attacks"], measured["audit"], uids):
        if is_met is False:
            yield f"{what} is {seen}, not {target}"


def _targets(attacks, audit, uids):
    every = list(attacks.values())
    alive = sum(seen["isAlive"] for seen in every)
    yield "frames alive at the end", f"{alive} of {len(every)}", "all", alive == len(every)
    peaks = [seen["peakMiB"] for seen in every]
    if None in peaks:
        yield "memory of the group, most", "no control group can be made here", f"≤ {PEAK_MIB} MiB", None
    else:
        yield "memory of the group, most", f"{max(peaks):.0f} MiB", f"≤ {PEAK_MIB} MiB", max(peaks) <= PEAK_MIB
    p95 = max(percentile(seen["stamps"]["milliseconds"], 0.95) for seen in every)
    yield "an honest user's stamp, p95", f"{p95:.1f} ms", f"≤ {STAMP_P95} ms", p95 <= STAMP_P95
    calls = [(size, call) for seen in every for size, call in seen["calls"].items()]
    answered, made = sum(call["answered"] for _, call in calls), sum(call["calls"] for _, call in calls)
    yield "calls of every length stamped", f"{answered} of {made}", "all", answered == made
    for what, is_asked, limit in (
        ("a call of up to 20 KB, median", lambda size: size <= LONGEST_SHORT_CALL, SHORT_MEDIAN),
        ("a longer call, median", lambda size: size > LONGEST_SHORT_CALL, LONG_MEDIAN),
    ):
        worst = max(statistics.median(call["milliseconds"]) for size, call in calls if is_asked(size))
        yield what, f"{worst:.1f} ms", f"≤ {limit} ms", worst <= limit
    unlocks = [seen["unlocks"]["milliseconds"] for seen in every]
    median, most = max(statistics.median(times) for times in unlocks), max(max(times) for times in unlocks)
    yield "root's Unlock, median", f"{median:.1f} ms", f"≤ {UNLOCK_MEDIAN} ms", median <= UNLOCK_MEDIAN
    yield "root's Unlock, most, on quiet cores", f"{most:.1f} ms", f"≤ {UNLOCK_MOST} ms", most <= UNLOCK_MOST
    yield from _quota(attacks, uids)
    yield from _audit(audit)


def _quota(attacks, uids):
    """What the account got that came as many uids; no uid of it may have an account of its own."""
    for name, what, member, limit, unspent in (
        ("places of one, as 8 uids", "connections", "connections", CONNECTIONS_OF_ONE, 0),
        # What one second leaves unspent, the next may spend.
        ("stamps of one, as 8 uids", "stamps a second", "stampsPerSecond", STAMPS_OF_ONE, STAMPS_OF_ONE // 50),
    ):
        accounts = [one for one in attacks[name]["accounts"] if one.get("uid") in uids]
        spent = sum(account[member] for account in accounts)
        covered = f"{spent} {what}, {sum(account['uids'] for account in accounts)} uids in {len(accounts)} account"
        target = f"≤ {limit}{f' and 2 %' if unspent else ''}, one account"
        is_met = spent <= limit + unspent and len(accounts) == 1
        yield f"one account's quota, as {len(uids)} uids", covered, target, is_met


def _audit(audit):
    for kind, rounds in audit["stamps"].items():
        on, off = audit_cost.medians(rounds)
        if kind == "ordinary":
            target, is_met = f"≤ {ORDINARY_FACTOR} ×", on <= ORDINARY_FACTOR * off
            what = f"CPU of an ordinary stamp, {audit_cost.BUSY_CONNECTIONS} connections, audit on / off"
        else:
            limit = WORST_FACTOR * off + WORST_MICROSECONDS
            target, is_met = f"≤ {WORST_FACTOR} × + {WORST_MICROSECONDS} µs = {limit:.0f} µs", on <= limit
            what = f"CPU of a stamp of {kind}, audit on / off"
        yield what, f"{on:.1f} / {off:.1f} µs = {on / off:.2f} ×", target, is_met
    share = f"{audit['lostRecords']} of {audit['records']}"
    yield "records that the journal was not given meanwhile", share, "", None


def _share(seen):
    others = f" ({', '.join(seen['other'])})" if seen["other"] else ""
    return f"{seen['answered']} of {seen['calls']}{others}"


def _mebibytes(value):
    return "–" if value is None else f"{value:.0f}"


def _kilobytes(size):
    return f"{size // 1000} KB"
