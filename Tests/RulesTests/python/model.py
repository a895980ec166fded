# SPDX-License-Identifier: Apache-2.0
"""A reference model of rules on payloads, written from the page that defines them; slow and plain on purpose."""
import datetime
import json
import re

KNOWN = {"type", "timestampMs", "organizationId", "parameters", "generateAppProofs"}
ABSENT, TYPE, VALUE, EXTRA = "field.absent", "field.type", "field.value", "field.extra"


class Malformed(Exception):
    pass


class Int(str):
    """A JSON integer, as it stands."""


class Fraction(str):
    pass


def parse(data):
    def pairs(items):
        if len({k for k, _ in items}) != len(items):
            raise Malformed()
        return dict(items)

    def constant(_):
        raise Malformed()

    try:
        text = data.decode("utf-8")
        value = json.loads(text, object_pairs_hook=pairs, parse_int=Int, parse_float=Fraction, parse_constant=constant)
    except (ValueError, RecursionError):
        raise Malformed()
    if text.startswith("\ufeff"):
        raise Malformed()

    def check(value, depth):
        if isinstance(value, (dict, list)):
            if depth > 32:
                raise Malformed()
            for child in value.values() if isinstance(value, dict) else value:
                check(child, depth + 1)
        strings = value.keys() if isinstance(value, dict) else [value] if is_text(value) else []
        for string in strings:
            if any(0xD800 <= ord(c) <= 0xDFFF for c in string):
                raise Malformed()

    check(value, 1)
    return value


def is_text(value):
    return isinstance(value, str) and not isinstance(value, (Int, Fraction))


def scalar(value):
    return not isinstance(value, (dict, list))


def number(value):
    if isinstance(value, Int):
        return None if value.startswith("-") else int(value)
    if is_text(value) and re.fullmatch(r"0|[1-9][0-9]{0,77}", value, re.ASCII):
        return int(value)
    return None


def ascii_lower(text):
    return "".join(c.lower() if c.isascii() else c for c in text)


def unescape(part):
    return part.replace("~1", "/").replace("~0", "~")


def escape(name):
    return name.replace("~", "~0").replace("/", "~1")


def cut(pointer):
    data = pointer.encode()
    if len(data) <= 200:
        return pointer
    return data[:200].decode("utf-8", "ignore")


def parts(pointer):
    return [p if p == "*" else ("", unescape(p)) for p in pointer.split("/")[1:]]


def reach(value, path):
    """The values there, and whether some branch leads nowhere."""
    if not path:
        return [value], False
    first, rest = path[0], path[1:]
    if first == "*":
        if not isinstance(value, list) or not value:
            return [], True
        children = value
    else:
        if not isinstance(value, dict) or first[1] not in value:
            return [], True
        children = [value[first[1]]]
    found, lost = [], False
    for child in children:
        more, broken = reach(child, rest)
        found += more
        lost = lost or broken
    return found, lost


# --- EVM ---

class NotEVM(Exception):
    pass


def rlp_item(data, at, end):
    if at >= end:
        raise NotEVM()
    first = data[at]
    if first < 0x80:
        return False, at, at + 1
    is_list = first >= 0xC0
    base = first - (0xC0 if is_list else 0x80)
    if base <= 55:
        start, length = at + 1, base
        if not is_list and length == 1 and start < end and data[start] < 0x80:
            raise NotEVM()
    else:
        size = base - 55
        raw = data[at + 1:at + 1 + size]
        if len(raw) != size or at + 1 + size > end or raw[0] == 0:
            raise NotEVM()
        start, length = at + 1 + size, int.from_bytes(raw, "big")
        if length <= 55:
            raise NotEVM()
    if start + length > end:
        raise NotEVM()
    return is_list, start, start + length


def transaction(text):
    digits = text[2:] if text.startswith("0x") else text
    if len(digits) % 2 or not re.fullmatch(r"[0-9a-fA-F]*", digits):
        raise NotEVM()
    data = bytes.fromhex(digits)
    if not data or data[0] != 2:
        raise NotEVM()
    is_list, at, end = rlp_item(data, 1, len(data))
    if not is_list or end != len(data):
        raise NotEVM()
    fields = []
    while at < end:
        kind, start, stop = rlp_item(data, at, end)
        fields.append((kind, data[start:stop]))
        at = stop
    if len(fields) != 9 or [k for k, _ in fields] != [False] * 8 + [True] or fields[8][1] != b"":
        raise NotEVM()
    chain, nonce, tip, price, gas, to, value, payload = (f for _, f in fields[:8])
    for n in (chain, nonce, tip, price, gas, value):
        if len(n) > 32 or n[:1] == b"\0":
            raise NotEVM()
    if len(to) != 20:
        raise NotEVM()
    chain, price, gas, value = (int.from_bytes(n, "big") for n in (chain, price, gas, value))
    return {"chainId": chain, "to": to, "value": value, "fee": price * gas, "data": payload}


def words(data):
    if len(data) < 4 or (len(data) - 4) % 32:
        return None
    return [data[i:i + 32] for i in range(4, len(data), 32)]


def evm_holds(tx, bounds, lists):
    def addresses(operand):
        return {bytes.fromhex(a[2:]) for a in listed(operand, lists)}

    if str(tx["chainId"]) not in {str(c) for c in bounds["chainId"]} or tx["to"] not in addresses(bounds["to"]):
        return False
    if tx["value"] > int(bounds["valueAtMost"]) or tx["fee"] > int(bounds["feeAtMost"]):
        return False
    calls = bounds.get("data", "empty")
    if calls == "empty":
        return tx["data"] == b""
    found = words(tx["data"])
    for call in calls:
        if found is None or tx["data"][:4].hex() != call["selector"][2:].lower() or len(found) != len(call["words"]):
            continue
        if all(word_holds(w, c, addresses) for w, c in zip(found, call["words"])):
            return True
    return False


def word_holds(word, condition, addresses):
    if "any" in condition:
        return True
    if "address" in condition:
        return word[:12] == bytes(12) and word[12:] in addresses(condition["address"])
    low, high = condition["between"]
    return int(low) <= int.from_bytes(word, "big") <= int(high)


def listed(operand, lists):
    return lists[operand[1:]] if isinstance(operand, str) else operand


# --- conditions ---

def judge(condition, value, caller, lists):
    """Nil where it holds, otherwise the reason; and whether it cannot be told."""
    operator = next(k for k in condition if k != "at")
    operand = condition[operator]

    def verdict(holds):
        return (None, False) if holds else (VALUE, False)

    wrong = (TYPE, True)
    if operator == "is":
        if isinstance(operand, bool):
            return verdict(value is operand) if isinstance(value, bool) else wrong
        if isinstance(operand, int):
            return verdict(int(value) == operand) if isinstance(value, Int) else wrong
        return verdict(value == operand) if is_text(value) else wrong
    if operator == "between":
        n = number(value)
        return wrong if n is None else verdict(int(operand[0]) <= n <= int(operand[1]))
    if operator == "count":
        return verdict(operand[0] <= len(value) <= operand[1]) if isinstance(value, list) else wrong
    if not is_text(value):
        return wrong
    if operator == "in":
        return verdict(value in listed(operand, lists))
    if operator == "address":
        fold = lambda t: t.lower() if re.fullmatch(r"0x[0-9a-fA-F]{40}", t) else t
        return verdict(fold(value) in {fold(t) for t in listed(operand, lists)})
    if operator == "evm":
        try:
            return verdict(evm_holds(transaction(value), operand, lists))
        except NotEVM:
            return VALUE, True
    session = caller["session"]
    key = {"pendingKey": caller["pendingKey"], "embeddedKey": caller["embeddedKey"],
           "ownKey": session and session["publicKey"]}[operator]
    if operator == "ownKey" and session is None:
        return VALUE, True
    return verdict(key is not None and ascii_lower(value) == key)


def condition(entry, payload, caller, lists):
    found, lost = reach(payload, parts(entry["at"]))
    if "absent" in entry:
        return (VALUE, False) if found else (None, False)
    if not found or lost:
        return ABSENT, True
    reason, untold = None, False
    for value in found:
        one, unknown = judge(entry, value, caller, lists)
        reason = reason or one
        untold = untold or unknown
    return reason, untold


# --- only, members ---

def only_fault(rule, parameters):
    leaves, opens, above = set(), set(), set()

    def add(path, target):
        target.add(path)
        for i in range(1, len(path)):
            above.add(path[:i])

    for text in rule["only"]:
        path = tuple(p if p == "*" else ("", unescape(p)) for p in text.split("/"))
        if path[-1] == ("", "**"):
            add(path[:-1], opens)
        else:
            add(path, leaves)
    for entry in rule.get("when", []):
        path = tuple(parts(entry["at"]))
        if path[0] == ("", "parameters") and len(path) > 1:
            add(path[1:], leaves)

    def visit(value, path, pointer):
        if path in opens:
            return None
        if scalar(value):
            return None if path in leaves else pointer
        if isinstance(value, dict):
            return members(value, path, pointer) if path in above else pointer
        if path not in above and path not in leaves:
            return pointer
        star = path + ("*",)
        for element in value:
            below = pointer + "/*"
            if scalar(element):
                if path in leaves or star in leaves or star in opens:
                    continue
                return below
            known = star in above or star in opens or (isinstance(element, list) and star in leaves)
            if path in leaves and not known:
                return pointer
            fault = visit(element, star, below)
            if fault is not None:
                return fault
        return None

    def members(value, path, pointer):
        for name, child in value.items():
            fault = visit(child, path + (("", name),), pointer + "/" + escape(name))
            if fault is not None:
                return fault
        return None

    return members(parameters, (), "/parameters")


def members_fault(rule, payload):
    for name, value in payload.items():
        if name not in rule["members"]:
            return EXTRA, "/" + escape(name)
        plain = scalar(value) or isinstance(value, list) and all(map(scalar, value))
        page = name == "paginationOptions" and isinstance(value, dict) and all(map(scalar, value.values()))
        if not plain and not page:
            return TYPE, "/" + escape(name)
    return None


# --- rules ---

def matches(wanted, told, deny):
    """told: a set of what is told, or None where it cannot be told."""
    if wanted is None:
        return True
    if told is None:
        return deny
    return any(w in told for w in wanted)


def about(rule, payload, caller):
    deny = rule["effect"] == "deny"
    who, session = rule.get("who", {}), caller["session"]
    proxy = lambda name: {"none": set(), "untold": None}.get(caller[name]["told"], {caller[name].get("text")})
    told = {
        "uid": None if caller["account"] is None else {caller["account"]},
        "gid": None if caller["gids"] is None else set(caller["gids"]),
        "unit": None if caller["units"] is None else set(caller["units"]),
        "session": session and {session["name"]},
        "origin": session and {session["origin"]},
        "delegate": proxy("delegate"),
    }
    if not all(matches(who.get(k), v, deny) for k, v in told.items()):
        return False
    if not matches(rule.get("path"), proxy("path"), deny):
        return False
    is_query = rule.get("payload") == "query"
    if is_query != ("type" not in payload):
        return False
    if is_query:
        return True
    if "type" in rule and payload["type"] not in rule["type"]:
        return False
    if "kind" in rule:
        if not payload["type"].startswith("ACTIVITY_TYPE_"):
            return False
        kind = re.sub(r"_V[0-9]+\Z", "", payload["type"].removeprefix("ACTIVITY_TYPE_"), flags=re.ASCII)
        return any(kind.startswith(k[:-1]) if k.endswith("*") else kind == k for k in rule["kind"])
    return True


def organization(rule, payload):
    if "organizationId" not in rule:
        return None, False
    value = payload.get("organizationId")
    if not is_text(value):
        return VALUE, True
    return (None, False) if ascii_lower(value) in map(ascii_lower, rule["organizationId"]) else (VALUE, False)


def listed_fault(rule, payload):
    if "only" in rule:
        pointer = only_fault(rule, payload["parameters"])
        return pointer and (EXTRA, pointer)
    return members_fault(rule, payload) if "members" in rule else None


def denies(rule, payload, caller, lists):
    checks = [organization(rule, payload)]
    checks += [condition(c, payload, caller, lists) for c in rule.get("when", [])]
    fault = listed_fault(rule, payload)
    if fault:
        checks.append((fault[0], fault[0] == TYPE))
    return any(untold for _, untold in checks) or all(reason is None for reason, _ in checks)


def match(rule, payload, caller, lists, now):
    """What failed first (reason, at), or nil; and how many conditions held before."""
    if organization(rule, payload)[0]:
        return (VALUE, "/organizationId"), 0
    held = 0
    for entry in rule.get("when", []):
        reason, _ = condition(entry, payload, caller, lists)
        if reason:
            return (reason, cut(entry["at"])), held
        held += 1
    fault = listed_fault(rule, payload)
    if fault:
        return (fault[0], cut(fault[1])), held
    if rule.get("payload") != "query":
        fresh = {"past": 300, "future": 60} | rule.get("fresh", {})
        if "timestampMs" not in payload:
            return (ABSENT, "/timestampMs"), held
        stamp = number(payload["timestampMs"])
        if stamp is None:
            return (TYPE, "/timestampMs"), held
        if not -fresh["future"] * 1000 <= now - stamp <= fresh["past"] * 1000:
            return ("time.stale", "/timestampMs"), held
    if "time" in rule:
        # Within the first week of 1970, since datetime's years end at 9999.
        at = datetime.datetime.fromtimestamp(now // 1000 % 604_800, datetime.timezone.utc)
        day = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"][at.weekday()]
        if day not in rule["time"]["days"] or not rule["time"]["from"] <= at.strftime("%H:%M") < rule["time"]["until"]:
            return ("time.window", None), held
    return None, held


# --- limits ---

MOST = 2 ** 256 - 1


class Counters:
    """Charges by counter: (instant in nanoseconds, amount)."""

    def __init__(self):
        self.charges = {}

    def live(self, limit, key, now):
        step = limit["window"] * 10 ** 9 // 64
        return [(t, a) for t, a in self.charges.get(key, []) if now // step - t // step <= 64]

    def check(self, limit, key, amount, now):
        most = int(limit.get("max", limit.get("count")))
        if amount > most:
            return False, limit["window"] * 1000
        live = self.live(limit, key, now)
        step = limit["window"] * 10 ** 9 // 64
        if min(sum(a for _, a in live) + amount, MOST) <= most:
            return True, None
        live.sort()
        while live:
            bucket = live[0][0] // step
            live = [(t, a) for t, a in live if t // step != bucket]
            if min(sum(a for _, a in live) + amount, MOST) <= most:
                return False, -(-((bucket + 65) * step - now) // 10 ** 6)
        raise AssertionError("one amount alone fits")

    def charge(self, key, amount, now):
        self.charges.setdefault(key, []).append((now, amount))


def party(limit, rule, caller):
    by, session = limit["by"], caller["session"]
    if by == "all":
        return ""
    if by == "session":
        return session and session["name"]
    if by == "account":
        return None if caller["account"] is None else str(caller["account"])
    if by == "unit":
        return next(u for u in rule["who"]["unit"] if u in (caller["units"] or []))
    return {"none": "", "untold": None}.get(caller["delegate"]["told"], caller["delegate"].get("text"))


def amount(limit, rule, payload):
    if "count" in limit:
        return 1
    if limit["sum"].startswith("/"):
        return sum(number(v) for v in reach(payload, parts(limit["sum"]))[0])
    entry = next(c for c in rule["when"] if "evm" in c)
    total = 0
    for text in reach(payload, parts(entry["at"]))[0]:
        tx = transaction(text)
        if limit["sum"].startswith("evm.word."):
            total += int.from_bytes(words(tx["data"])[int(limit["sum"][9:]) - 1], "big")
        else:
            total += tx["value"] + (tx["fee"] if limit["sum"] == "evm.spend" else 0)
    return total


def shown(value):
    """JSON text in ASCII, nothing between its parts."""
    if isinstance(value, dict):
        return "{" + ",".join(shown(k) + ":" + shown(v) for k, v in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(shown, value)) + "]"
    if not is_text(value):
        return str(value) if isinstance(value, str) else {True: "true", False: "false", None: "null"}[value]
    text = ""
    for c in value:
        if c in '"\\':
            text += "\\" + c
        elif " " <= c <= "~":
            text += c
        else:
            units = memoryview(c.encode("utf-16-le")).cast("H")
            text += "".join(f"\\u{u:04x}" for u in units)
    return '"' + text + '"'


def too_long(rule, payload):
    """The first place whose value is too long to be shown."""
    for pointer in ["/type", "/organizationId"] + rule["confirm"]["show"]:
        found, _ = reach(payload, parts(pointer))
        if found and len(shown(found if "*" in parts(pointer) else found[0])) > 200:
            return pointer
    return None


def decide(rule_set, data, caller, now, boot, counters):
    """The decision, and what is charged if it is stamped: [(counter, amount)]."""
    def refusal(reason, id=None, at=None, retry=None):
        return {"effect": "deny", "id": id, "reason": reason, "at": at, "retry": retry}, []

    try:
        payload = parse(data)
    except Malformed:
        return refusal("payload.malformed")
    if not isinstance(payload, dict) or "type" in payload and not is_text(payload["type"]):
        return refusal("payload.malformed")
    if "type" in payload:
        for name in payload:
            if name not in KNOWN:
                return refusal(EXTRA, at=cut("/" + escape(name)))
        if "parameters" not in payload:
            return refusal(ABSENT, at="/parameters")
        if not isinstance(payload["parameters"], dict):
            return refusal(TYPE, at="/parameters")
    lists = rule_set.get("lists", {})
    mine = [r for r in rule_set["rules"] if about(r, payload, caller)]
    for rule in mine:
        if rule["effect"] == "deny" and denies(rule, payload, caller, lists):
            return refusal("rule.deny", rule["id"])
    nearest = None
    for rule in mine:
        if rule["effect"] == "deny":
            continue
        fault, held = match(rule, payload, caller, lists, now)
        if fault:
            if nearest is None or held > nearest[0]:
                nearest = held, fault, rule["id"]
            continue
        charges = []
        for limit in rule.get("limit", []):
            who = party(limit, rule, caller)
            if who is None:
                return refusal("limit." + limit["name"], rule["id"])
            key, sum_ = (limit["name"], who), amount(limit, rule, payload)
            fits, retry = counters.check(limit, key, sum_, boot)
            if not fits:
                return refusal("limit." + limit["name"], rule["id"], retry=retry)
            charges.append((key, sum_))
        if rule["effect"] == "confirm" and too_long(rule, payload):
            return refusal(VALUE, rule["id"], cut(too_long(rule, payload)))
        return {"effect": rule["effect"], "id": rule["id"], "reason": None, "at": None, "retry": None}, charges
    if nearest is None:
        return refusal("rule.none")
    return refusal(nearest[1][0], nearest[2], nearest[1][1])
