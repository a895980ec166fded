#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes Tests/Fixtures/evm-transactions.json: transactions that PyPI's eth-account and rlp make and read.

Needs rlp 5.0.0, eth-account 0.14.0 and eth-utils 6.0.0.
"""
import json
import pathlib
import random

import rlp
from eth_account.typed_transactions.dynamic_fee_transaction import DynamicFeeTransaction
from rlp.sedes import Binary, CountableList, big_endian_int, binary

SEDES = rlp.sedes.List([big_endian_int] * 5 + [Binary.fixed_length(20), big_endian_int, binary, CountableList(binary, max_length=0)],
                       strict=True)
random.seed(1559)


def row(raw):
    """What rlp reads there, if it is a transaction of type 2 without an access list, of numbers up to 256 bits."""
    result = {"transaction": "0x" + raw.hex(), "readable": False, "chainId": "1", "to": "0x" + "00" * 20, "value": "0",
              "fee": "0", "data": "0x"}
    try:
        if raw[:1] != b"\x02":
            return result
        # rlp takes an empty list for the number 0.
        if any(isinstance(field, list) for field in rlp.decode(raw[1:], strict=True)[:8]):
            return result
        chain, nonce, tip, price, gas, to, value, data, _ = rlp.decode(raw[1:], SEDES, strict=True)
    except rlp.exceptions.RLPException:
        return result
    except (ValueError, TypeError):
        return result
    if max(chain, nonce, tip, price, gas, value) >= 2 ** 256:
        return result
    return result | {"readable": True, "chainId": str(chain), "to": "0x" + to.hex(), "value": str(value),
                     "fee": str(price * gas), "data": "0x" + data.hex()}


def integer():
    bits = random.choice([0, 1, 7, 8, 16, 63, 64, 65, 128, 200, 255, 256])
    return random.getrandbits(bits) if bits else 0


def made():
    """eth-account's own encoding."""
    fields = {"chainId": random.choice([1, 8453, 2 ** 63]), "nonce": integer(), "maxPriorityFeePerGas": integer(),
              "maxFeePerGas": random.choice([0, 10 ** 9, integer()]), "gas": random.choice([0, 21000, integer()]),
              "to": random.randbytes(20), "value": integer(), "data": random.choice([b"", b"", b"", random.randbytes(68)]),
              "accessList": ()}
    transaction = DynamicFeeTransaction.from_dict(fields | {"type": 2})
    unsigned = {k: v for k, v in transaction.dictionary.items()}
    sedes = [unsigned[k] for k in ("chainId", "nonce", "maxPriorityFeePerGas", "maxFeePerGas", "gas", "to", "value", "data",
                                   "accessList")]
    raw = b"\x02" + rlp.encode(sedes)
    # What a signer hashes is what was made here.
    from eth_utils import keccak
    assert transaction.hash() == keccak(raw)
    return raw


rows = []
for _ in range(200):
    raw = made()
    rows.append(row(raw))
    broken = bytearray(raw)
    kind = random.randrange(4)
    if kind == 0:
        broken[random.randrange(min(12, len(raw)))] ^= 1 << random.randrange(8)
    elif kind == 1:
        broken[random.randrange(len(raw))] ^= 1 << random.randrange(8)
    elif kind == 2:
        broken = broken[:random.randrange(1, len(raw))]
    else:
        broken += random.randbytes(1)
    rows.append(row(bytes(broken)))
body = [b"\x01"] * 5 + [bytes(20), b"\x01", b"", []]
for index, value in [(0, b"\0"), (1, bytes(33)), (1, b"\x7f" * 32), (4, b"\0\1"), (5, b""), (5, bytes(21)), (6, []), (7, []),
                     (8, [b"x"]), (8, b""), (3, b"\xff" * 33)]:
    rows.append(row(b"\x02" + rlp.encode(body[:index] + [value] + body[index + 1:])))
target = pathlib.Path(__file__).resolve().parents[2] / "Fixtures/evm-transactions.json"
lines = ",\n".join(json.dumps(r) for r in rows)
about = "rlp 5.0.0 and eth-account 0.14.0 by Tests/RulesTests/python/evm_transactions.py"
target.write_text(f'{{"source": "{about}",\n"transactions": [\n{lines}\n]}}\n')
print(len(rows), sum(r["readable"] for r in rows))
