#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes rule sets, and payloads with what the reference model decides of them: one JSON object a line.

Usage: generate.py SEED COUNT
"""
import base64
import json
import random
import sys

import model

NAMES = ["a", "b", "c", "signWith", "x/y", "t~e", "é", "sign_with"]
TEXTS = ["v", "w", "W", "", "0x" + "1a" * 20, "0x" + "1A" * 20, "0X" + "1a" * 20, "7", "é", "e\u0301", "eip155:1"]
ADDRESSES = ["0x" + "1a" * 20, "0x" + "2B" * 20, "0x" + "3c" * 20]
KINDS = ["K", "SIGN", "CREATE_X", "CREATE_Y", "V_V"]
TYPES = ["ACTIVITY_TYPE_" + k + v for k in KINDS for v in ("", "_V1", "_V22", "_V")] + ["OTHER", "ACTIVITY_TYPE_"]
UNITS = ["app.service", "app@.service", "other.service"]
SESSIONS = ["default", "trading"]
ORGANIZATIONS = ["org", "ORG-1", "é"]
PATHS = ["/public/v1/query/a", "/public/v1/submit/b"]
QUERY = ["organizationId", "paginationOptions", "userId", "a", "b", "é"]
KEYS = ["02" + "ab" * 32, "03" + "cd" * 32, "04" + "ef" * 64]
NUMBERS = ["0", "1", "9", "10", "99", "1000", "115792089237316195423570985008687907853269984665640564039457584007913129639935",
           "9" * 78, "115792089237316195423570985008687907853269984665640564039457584007913129639936"]
NOW = 1796032800000


class Generator:
    def __init__(self, seed):
        self.random = random.Random(seed)

    def pick(self, *values):
        return self.random.choice(values)

    def chance(self, share):
        return self.random.random() < share

    def some(self, values, most=3):
        return self.random.sample(values, self.random.randint(1, min(most, len(values))))

    # --- sets ---

    def bounds(self):
        return sorted(self.some(NUMBERS, 2) * 2, key=int)[:2] if self.chance(0.3) else \
            sorted([self.pick(*NUMBERS), self.pick(*NUMBERS)], key=int)

    def at(self, query):
        if query:
            return "/" + self.pick("userId", "a", "b", "paginationOptions/limit", "organizationId")
        if self.chance(0.05):
            return self.pick("/organizationId", "/timestampMs", "/type", "/parameters")
        path = [model.escape(self.pick(*NAMES))]
        while len(path) < 4 and self.chance(0.4):
            path.append(self.pick("*", "*", model.escape(self.pick(*NAMES))))
        return "/parameters/" + "/".join(path)

    def texts(self, values, used):
        if self.lists and self.chance(0.2) and values is TEXTS:
            used.add("texts")
            return "@texts"
        if self.lists and self.chance(0.3) and values is ADDRESSES:
            used.add("addresses")
            return "@addresses"
        return self.some(values)

    def condition(self, query, used):
        at = self.at(query)
        operator = self.pick("is", "is", "in", "address", "between", "between", "count", "absent", "key", "evm", "evm")
        if operator == "key":
            return {"at": at, self.pick("pendingKey", "ownKey", "embeddedKey"): True}
        value = {
            "is": lambda: self.pick(True, False, 0, 7, -5, *TEXTS),
            "in": lambda: self.texts(TEXTS, used),
            "address": lambda: self.texts(ADDRESSES, used) if self.chance(0.7) else self.some(TEXTS),
            "between": self.bounds,
            "count": lambda: sorted([self.random.randint(0, 3), self.random.randint(0, 3)]),
            "absent": lambda: True,
            "evm": lambda: self.evm(used),
        }[operator]()
        return {"at": at, operator: value}

    def evm(self, used):
        bounds = {"chainId": self.some([1, 8453, 2 ** 256 - 1]), "to": self.texts(ADDRESSES, used),
                  "valueAtMost": self.pick(*NUMBERS), "feeAtMost": self.pick(*NUMBERS)}
        if self.chance(0.3):
            bounds["data"] = "empty"
        elif self.chance(0.7):
            bounds["data"] = [{"selector": self.pick("0xa9059cbb", "0xA9059CBB", "0x095ea7b3"),
                               "words": [self.word(used) for _ in range(self.random.randint(0, 2))]}
                              for _ in range(self.random.randint(1, 2))]
        return bounds

    def word(self, used):
        return self.pick({"any": True}, {"address": self.texts(ADDRESSES, used)}, {"between": self.bounds()},
                         {"between": self.bounds()})

    def who(self):
        who = {}
        for name, values in {"uid": [0, 1000, 1001], "gid": [5, 6], "unit": UNITS, "session": SESSIONS,
                             "origin": ["bundle", "generated"], "delegate": ["d1", "d2"]}.items():
            if self.chance(0.2):
                who[name] = self.some(values, 2)
        return who

    def limits(self, rule, number):
        limits = []
        for index in range(self.random.randint(1, 2)):
            limit = {"name": f"l{number}-{index}", "window": self.pick(1, 60, 64, 3600, 100, 2678400)}
            parties = ["session", "account", "delegate", "all"] + (["unit"] if "unit" in rule.get("who", {}) else [])
            limit["by"] = self.pick(*parties)
            sums = [c["at"] for c in rule.get("when", []) if "between" in c]
            evm = [c["evm"] for c in rule.get("when", []) if "evm" in c]
            if len(evm) == 1:
                sums += ["evm.spend", "evm.value"]
                calls = evm[0].get("data", "empty")
                if calls != "empty":
                    sums += [f"evm.word.{n}" for n in (1, 2)
                             if all(len(c["words"]) >= n and "between" in c["words"][n - 1] for c in calls)]
            if sums and self.chance(0.7):
                limit |= {"sum": self.pick(*sums), "max": self.pick(*NUMBERS, "25", "2500")}
            else:
                limit["count"] = self.random.randint(1, 3)
            limits.append(limit)
        return limits

    def rule(self, number, used):
        rule = {"id": f"r{number}", "effect": self.pick("allow", "allow", "allow", "deny", "confirm")}
        permits = rule["effect"] != "deny"
        query = self.chance(0.2)
        who = self.who()
        if who and self.chance(0.7):
            rule["who"] = who
        if query:
            rule["payload"] = "query"
            if permits or self.chance(0.3):
                rule["members"] = self.some(QUERY, 5)
        else:
            if self.chance(0.5):
                rule["kind"] = self.some(KINDS, 4) + (["CREATE_*"] if not permits and self.chance(0.5) else [])
            if "kind" not in rule or self.chance(0.2):
                rule["type"] = self.some([t for t in TYPES if t.startswith("ACTIVITY_TYPE_")], 12)
            if permits or self.chance(0.2):
                rule["only"] = [self.at(False)[len("/parameters/"):] + self.pick("", "", "", "/**")
                                for _ in range(self.random.randint(0, 6))]
                rule["only"] = [p for p in rule["only"] if p and p != "/**"]
                rule["only"] = [p for p in rule["only"] if not p.startswith("/")]
            if permits and self.chance(0.3):
                rule["fresh"] = {"past": self.pick(0, 30, 3600), "future": self.pick(0, 5, 300)}
        if self.chance(0.7):
            rule["when"] = [self.condition(query, used) for _ in range(self.random.randint(1, 3))]
        if self.chance(0.15):
            rule["path"] = self.some(PATHS)
        if self.chance(0.2):
            rule["organizationId"] = self.some(ORGANIZATIONS)
        if permits and self.chance(0.2):
            rule["time"] = {"days": self.some(["mon", "tue", "sun"]), "from": self.pick("00:00", "08:00"),
                            "until": self.pick("10:00", "10:01", "23:59")}
        if permits and self.chance(0.3):
            rule["limit"] = self.limits(rule, number)
        if rule["effect"] == "confirm":
            rule["confirm"] = {"timeout": 60, "show": ["/parameters/a", "/parameters/b/*/c", "/parameters/" + self.pick("*/a", "é", "signWith")]}
        return rule

    def set(self):
        self.lists = {"texts": TEXTS, "addresses": ADDRESSES}
        used = set()
        rules = [self.rule(n, used) for n in range(self.random.randint(1, 6))]
        unique, seen = [], set()
        for rule in rules:
            key = json.dumps({**rule, "id": ""})
            if key not in seen:
                unique.append(rule)
            seen.add(key)
        result = {"version": 1, "rules": unique}
        lists = {n: self.lists[n] for n in ("texts", "addresses") if f'"@{n}"' in json.dumps(unique)}
        if lists:
            result["lists"] = lists
        return result

    # --- payloads ---

    def rlp(self, data):
        if isinstance(data, list):
            body, base = b"".join(map(self.rlp, data)), 0xC0
        else:
            body, base = data, 0x80
            if len(data) == 1 and data[0] < 0x80:
                return data
        if len(body) <= 55:
            return bytes([base + len(body)]) + body
        size = len(body).to_bytes(8, "big").lstrip(b"\0")
        return bytes([base + 55 + len(size)]) + size + body

    def transaction(self, bounds=None):
        integer = lambda n: n.to_bytes(40, "big").lstrip(b"\0")
        chain = self.pick(1, 8453)
        to = bytes.fromhex(self.pick(*ADDRESSES)[2:])
        if bounds and self.chance(0.8):
            chain = self.pick(*bounds["chainId"])
            if isinstance(bounds["to"], list):
                to = bytes.fromhex(self.pick(*bounds["to"])[2:])
        data = b""
        calls = bounds.get("data", "empty") if bounds else "empty"
        if calls != "empty":
            call = self.pick(*calls)
            data = bytes.fromhex(call["selector"][2:])
            for word in call["words"]:
                if "between" in word:
                    n = min(int(self.pick(*word["between"])), 2 ** 256 - 1)
                    data += n.to_bytes(32, "big")
                else:
                    data += bytes(12) + bytes.fromhex(self.pick(*ADDRESSES)[2:])
        elif self.chance(0.1):
            data = bytes(self.random.randint(1, 80))
        fields = [integer(chain), integer(self.pick(0, 7, 2 ** 255)), integer(1), integer(self.pick(0, 1, 10 ** 9)),
                  integer(self.pick(0, 21000, 2 ** 256 - 1)), to,
                  integer(self.pick(0, 1, 9, 1000, 2 ** 256 - 1)), data, []]
        if self.chance(0.05):
            fields[self.random.randrange(9)] = self.pick(b"", b"\0", b"\0\1", bytes(33), [], [b"x"], b"\x80", b"\x7f" * 33)
        raw = b"\x02" + self.rlp(fields)
        if self.chance(0.05):
            raw = bytearray(raw)
            if self.chance(0.5):
                raw[self.random.randrange(len(raw))] = self.random.randrange(256)
            else:
                raw = raw[:self.random.randrange(len(raw))] if self.chance(0.5) else raw + b"\0"
        text = raw.hex()
        return self.pick("0x", "0x", "", "0X" if self.chance(0.2) else "0x") + (text.upper() if self.chance(0.1) else text)

    def scalar(self):
        return self.pick(*TEXTS, *NUMBERS, *KEYS, True, False, None, 0, 7, -5, model.Int("-0"), model.Int("9" * 90), 1.5,
                         1e3, "007", "-1", self.transaction(), KEYS[0].upper())

    def value(self, depth=0):
        roll = self.random.random()
        if depth > 2 or roll < 0.6:
            return self.scalar()
        if roll < 0.8:
            return [self.value(depth + 1) for _ in range(self.random.randint(0, 3))]
        return {self.pick(*NAMES): self.value(depth + 1) for _ in range(self.random.randint(0, 2))}

    def fitting(self, entry):
        if "is" in entry:
            return entry["is"]
        if "between" in entry:
            low, high = map(int, entry["between"])
            n = self.pick(low, high, (low + high) // 2, low - 1 if low else 0, high + 1)
            return str(n) if self.chance(0.7) else model.Int(n)
        if "count" in entry:
            return [self.value(2) for _ in range(self.pick(*entry["count"]))]
        if "evm" in entry:
            return self.transaction(entry["evm"])
        for name in ("in", "address"):
            if name in entry:
                return self.pick(*(model.listed(entry[name], self.lists)))
        return self.pick(*KEYS)

    def put(self, root, path, value):
        """Makes the path be there; `*` makes one or two elements."""
        if not path:
            return value
        if path[0] == "*":
            root = root if isinstance(root, list) and root else [None] * self.random.randint(1, 2)
            return [self.put(child, path[1:], value) for child in root]
        root = root if isinstance(root, dict) else {}
        root[path[0][1]] = self.put(root.get(path[0][1]), path[1:], value)
        return root

    def payload(self, rule):
        query = rule.get("payload") == "query"
        body = {}
        if not query:
            types = rule.get("type") or ["ACTIVITY_TYPE_" + k.rstrip("*") + self.pick("", "_V1", "_V2") for k in rule["kind"]]
            body["type"] = self.pick(*types)
            offset = self.pick(0, 0, 0, 0, -30000, -30001, 5000, 5001, -300000, -300001, 60000, 60001)
            body["timestampMs"] = self.pick(str(NOW + offset), str(NOW + offset), model.Int(NOW + offset))
            body["parameters"] = {}
        if self.chance(0.9):
            body["organizationId"] = self.pick(*(rule.get("organizationId") or ORGANIZATIONS), "org")
            if self.chance(0.2):
                body["organizationId"] = body["organizationId"].swapcase()
        for place in rule.get("only", []):
            if self.chance(0.4):
                path = model.parts("/parameters/" + place.removesuffix("/**"))
                self.put(body, path, self.value(1) if self.chance(0.3) else self.scalar())
        for name in rule.get("members", []):
            if self.chance(0.5):
                body[name] = self.pick(self.scalar(), self.scalar(), [self.scalar()], {"limit": "1"}, {"limit": [1]}) \
                    if name != "organizationId" else "org"
        for entry in rule.get("when", []):
            if "absent" not in entry and entry["at"] != "/parameters" and self.chance(0.95):
                self.put(body, model.parts(entry["at"]), self.fitting(entry))
        for _ in range(self.pick(0, 0, 0, 1, 2)):
            self.mutate(body)
        return self.encode(body)

    def mutate(self, body):
        where = body
        while self.chance(0.7):
            children = [c for c in (where.values() if isinstance(where, dict) else where) if isinstance(c, (dict, list))]
            if not children:
                break
            where = self.pick(*children)
        if isinstance(where, dict):
            if where and self.chance(0.5):
                name = self.pick(*where)
                if self.chance(0.5):
                    del where[name]
                else:
                    where[name] = self.value()
            else:
                where[self.pick(*NAMES, "type", "extra", "generateAppProofs", "parameters")] = self.value()
        elif where and self.chance(0.5):
            where[self.random.randrange(len(where))] = self.value()
        else:
            where.append(self.value())

    def encode(self, value):
        text = self.json(value)
        data = text.encode()
        if self.chance(0.03):
            data = self.pick(
                data[:-1], data + b"x", b"\xef\xbb\xbf" + data, data + data, data.replace(b'"', b"'", 1),
                data.replace(b"a", b"\xff", 1), text.encode("utf-16"), b"[" * 40 + b"]" * 40, data.replace(b":", b" : ", 3),
                data.replace(b"{", b'{"type": "ACTIVITY_TYPE_K", ', 1), data + b"\0", b"  " + data + b"\r\n\t ", b"",
                data.replace(b"}", b',"\\ud800":1}', 1), data.replace(b"1", b"01", 1), b"null", b"[]", b"7")
        return data

    def json(self, value):
        if isinstance(value, dict):
            return "{" + ", ".join(self.text(k) + ":" + self.json(v) for k, v in value.items()) + "}"
        if isinstance(value, list):
            return "[" + ",".join(map(self.json, value)) + "]"
        if isinstance(value, model.Int):
            return str(value)
        return self.text(value) if isinstance(value, str) else json.dumps(value)

    def text(self, value):
        if self.chance(0.03):
            return '"' + "".join(f"\\u{u:04x}" for u in memoryview(value.encode("utf-16-le")).cast("H")) + '"'
        return json.dumps(value, ensure_ascii=self.chance(0.5))

    def fitted(self, caller, rule):
        """The caller as the rule wants it, mostly."""
        caller, who = {**caller}, rule.get("who", {})
        if self.chance(0.3):
            return caller
        for name, key in {"uid": "account", "gid": "gids", "unit": "units"}.items():
            if name in who:
                caller[key] = self.pick(*who[name]) if name == "uid" else [self.pick(*who[name])]
        if caller["session"] and ("session" in who or "origin" in who):
            caller["session"] = {**caller["session"], "name": self.pick(*who.get("session", SESSIONS)),
                                 "origin": self.pick(*who.get("origin", ["bundle"]))}
        if "delegate" in who:
            caller["delegate"] = {"told": "text", "text": self.pick(*who["delegate"])}
        if "path" in rule:
            caller["path"] = {"told": "text", "text": self.pick(*rule["path"])}
        return caller

    def caller(self):
        proxy = lambda *names: {"told": "text", "text": self.pick(*names)} if self.chance(0.4) else \
            {"told": self.pick("none", "untold")}
        return {
            "account": self.pick(0, 1000, 1000, 1001, None),
            "gids": self.pick([], [5], [6, 7], [5, 6], None),
            "units": self.pick(["app.service"], ["app@x.service", "app@.service"], ["other.service"], None),
            "session": None if self.chance(0.1) else {
                "name": self.pick(*SESSIONS), "origin": self.pick("bundle", "generated"),
                "publicKey": self.pick(*KEYS, None)},
            "delegate": proxy("d1", "d2", "d3"), "path": proxy(*PATHS, "/other"),
            "pendingKey": self.pick(*KEYS, None), "embeddedKey": self.pick(*KEYS, None),
        }


def main():
    seed, count = int(sys.argv[1]), int(sys.argv[2])
    generator = Generator(seed)
    print(json.dumps({"model": "rules"}))
    done = 0
    while done < count:
        rule_set = generator.set()
        print(json.dumps({"set": json.dumps(rule_set)}))
        counters, boot = model.Counters(), 10 ** 15
        callers = [generator.caller() for _ in range(4)]
        for _ in range(min(40, count - done)):
            done += 1
            boot += generator.pick(0, 1, 10 ** 6, 10 ** 9, 30 * 10 ** 9, 10 ** 12)
            rule = generator.pick(*rule_set["rules"])
            data, caller = generator.payload(rule), generator.fitted(generator.pick(*callers), rule)
            expected, charges = model.decide(rule_set, data, caller, NOW, boot, counters)
            for key, amount in charges:
                counters.charge(key, amount, boot)
            print(json.dumps({"payload": base64.b64encode(data).decode(), "caller": caller, "boot": boot,
                              "expect": expected}))


if __name__ == "__main__":
    main()
