# SPDX-License-Identifier: Apache-2.0
"""peer.py: answers a fuzz target's questions with Python's json, PyPI's cryptography and the rules' reference model.

PythonPeer.swift has the form of questions and answers. A JSON text is answered "-" where it is refused, else "+" and its
tree; 65 bytes of an embedded key and a scalar's 32 are answered with a bundle, a newline and the credential's public key in
hex, which is empty where the scalar is none; a set, a caller, a payload and instants with a line for each instant's decision.
"""

import json
import pathlib
import struct
import sys

for tests in ["EndToEndTests", "RulesTests"]:
    sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "Tests" / tests / "python"))

import model  # noqa: E402
from credential_bundle import public_key_of, seal  # noqa: E402

# An integer in a payload may have as many digits as fit.
sys.set_int_max_str_digits(0)

MAXIMUM_DEPTH = 32


class Number(str):
    """As it is spelled."""


class Members(list):
    """An object's members, in their order."""


def members(pairs):
    if len({name for name, _ in pairs}) != len(pairs):
        raise ValueError("a name stands twice")
    return Members(pairs)


def constant(word):
    raise ValueError(f"{word} is not JSON")


def spell(value, depth=MAXIMUM_DEPTH):
    """A tree as text; raises ValueError where it is too deep, or has half a surrogate pair."""
    if isinstance(value, Number):
        return f"#{value};"
    if isinstance(value, str):
        return f'"{value.encode("utf-8").hex()}"'
    if isinstance(value, (Members, list)):
        if depth == 0:
            raise ValueError("too deep")
        if isinstance(value, Members):
            return "{" + "".join(f"{spell(name)}:{spell(item, depth - 1)}" for name, item in value) + "}"
        return "[" + "".join(spell(item, depth - 1) for item in value) + "]"
    return {None: "n", True: "t", False: "f"}[value]


def answer_json(text):
    try:
        value = json.loads(text.decode("utf-8"), object_pairs_hook=members, parse_int=Number, parse_float=Number,
                           parse_constant=constant)  # fmt: skip
        return f"+{spell(value)}".encode()
    except (ValueError, RecursionError):
        return b"-"


def answer_bundle(question):
    embedded, scalar = question[:65], question[65:]
    try:
        key = public_key_of(scalar)
    except ValueError:
        key = ""
    return f"{seal(scalar, embedded.hex())}\n{key}".encode()


def answer_decision(question):
    question = json.loads(question)
    rules, payload = json.loads(bytes.fromhex(question["set"])), bytes.fromhex(question["payload"])
    caller = dict.fromkeys(["account", "gids", "units", "session", "pendingKey", "embeddedKey"]) | question["caller"]
    if caller["session"]:
        caller["session"].setdefault("publicKey", None)
    counters, lines = model.Counters(), []
    for boot in question["boots"]:
        decision, charges = model.decide(rules, payload, caller, question["now"], boot, counters)
        for key, amount in charges:
            counters.charge(key, amount, boot)
        at = decision["at"] and decision["at"].encode().hex()
        words = [decision["effect"], decision["id"], decision["reason"], at, decision["retry"]]
        lines.append(" ".join("-" if word is None else str(word) for word in words))
    return "\n".join(lines).encode()


def main():
    answers = {b"j": answer_json, b"b": answer_bundle, b"d": answer_decision}
    while kind := sys.stdin.buffer.read(1):
        (length,) = struct.unpack(">I", sys.stdin.buffer.read(4))
        answer = answers[kind](sys.stdin.buffer.read(length))
        sys.stdout.buffer.write(struct.pack(">I", len(answer)) + answer)
        sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
