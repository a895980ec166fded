# SPDX-License-Identifier: Apache-2.0
"""What rules cost a stamp: a frame whose stamp socket has 50 rules and one without, in turns."""

import contextlib
import json
import os
import time

import servers
from programs import SERVER_CPU, on_cpu, stamp_all

RULES = 50
CALLS = 1_500
SIZES = {"Short": 300, "Long": 10_000}


def rule(number):
    """Each is about a wallet of its own, as an agent's are; the last one is the payload's."""
    return {
        "id": f"wallet-{number}",
        "effect": "allow",
        "who": {"session": ["default"]},
        "type": ["ACTIVITY_TYPE_SIGN_RAW_PAYLOAD_V2"],
        "when": [
            {"at": "/parameters/signWith", "address": [address(number)]},
            {"at": "/parameters/hashFunction", "is": "HASH_FUNCTION_NO_OP"},
        ],
        "only": ["signWith", "payload", "encoding", "hashFunction"],
        "fresh": {"past": 3600, "future": 300},
    }


def address(number):
    return f"0x{number:040x}"


def configuration(directory):
    path = f"{directory}/rules.json"
    rules = [rule(number) for number in range(RULES)]
    with open(path, "w", encoding="utf-8") as file:
        json.dump({"rules": {"stamp": {"version": 1, "mode": "enforce", "rules": rules}}}, file)
    return path


def payload(byte_count):
    """An activity of so many bytes, which the last rule allows."""
    body = {
        "type": "ACTIVITY_TYPE_SIGN_RAW_PAYLOAD_V2",
        "timestampMs": str(time.time_ns() // 1_000_000),
        "organizationId": "7d8f3f5e-3f42-4d3a-9d4c-2f7f2e6b1a55",
        "parameters": {
            "signWith": address(RULES - 1),
            "encoding": "PAYLOAD_ENCODING_HEXADECIMAL",
            "hashFunction": "HASH_FUNCTION_NO_OP",
            "payload": "",
        },
    }
    body["parameters"]["payload"] = "a" * (byte_count - len(json.dumps(body, separators=(",", ":"))))
    return json.dumps(body, separators=(",", ":"))


def measure(binary, directory, rounds, samples):
    """Microseconds of CPU that the rules add to a stamp, and for the long payload its share of the stamp without them."""
    with contextlib.ExitStack() as stack:
        frames = {}
        for name in ("open", "rules"):
            os.mkdir(f"{directory}/{name}", mode=0o700)
            options = ["--configuration", configuration(directory)] if name == "rules" else []
            with on_cpu(SERVER_CPU):
                frames[name] = servers.start_stampd(stack, binary, f"{directory}/{name}", options=options)
        for number in range(rounds + 1):
            for size, byte_count in SIZES.items():
                order = ("open", "rules") if number % 2 else ("rules", "open")
                cost = {name: stamp_all(frames[name], payload(byte_count), CALLS) for name in order}
                if number > 0:  # the first round warms up
                    samples["stampd"][f"rules{size}Microseconds"].append(cost["rules"] - cost["open"])
                    samples["stampd"][f"rules{size}Share"].append((cost["rules"] - cost["open"]) / cost["open"])
