# SPDX-License-Identifier: Apache-2.0
"""ethereum_signing.py OUTPUT: writes what eth-account, eth-keys and rlp make of keys, transactions and hashes.

The test of the sandbox's own implementation reads the file that this wrote once; run it again by hand with those three
packages of PyPI to make another one: the seed below decides all of it.
"""

import json
import random
import sys

import rlp
from eth_account import Account
from eth_account.hdaccount import seed_from_mnemonic
from eth_keys import keys
from eth_utils import keccak

SEED = 20261128
MNEMONICS = [
    "test test test test test test test test test test test junk",
    "abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon about",
    "legal winner thank year wave sausage worth useful legal winner thank year wave sausage worth useful legal will",
    "zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo vote",
]
PATHS = ["m/44'/60'/0'/0/0", "m/44'/60'/0'/0/7", "m/44'/60'/3'/1/2147483647", "m/0", "m/2147483647'/1"]
CHAINS = [1, 10, 137, 8453, 84532, 11155111, 2**32 + 7, 2**63 - 37]

Account.enable_unaudited_hdwallet_features()
chance = random.Random(SEED)


def blob(count):
    return bytes(chance.randrange(256) for _ in range(count))


def amount():
    return chance.choice([0, 1, 127, 128, 255, 256, chance.randrange(2**64), chance.randrange(2**128), 2**256 - 1])


def small():
    return chance.choice([0, 1, 127, 128, 21000, chance.randrange(2**32)])


def access_list():
    return [
        {"address": "0x" + blob(20).hex(), "storageKeys": ["0x" + blob(32).hex() for _ in range(chance.randrange(3))]}
        for _ in range(chance.randrange(3))
    ]


def access_items(entries):
    return [
        [bytes.fromhex(entry["address"][2:]), [bytes.fromhex(key[2:]) for key in entry["storageKeys"]]]
        for entry in entries
    ]


def account_rows():
    for mnemonic in MNEMONICS:
        for path in PATHS:
            account = Account.from_mnemonic(mnemonic, account_path=path)
            key = keys.PrivateKey(account.key)
            yield {
                "mnemonic": mnemonic,
                "seed": seed_from_mnemonic(mnemonic, "").hex(),
                "path": path,
                "privateKey": account.key.hex().removeprefix("0x"),
                "publicKey": key.public_key.to_compressed_bytes().hex(),
                "address": account.address,
            }


def transaction_row(kind):
    key = blob(32)
    chain, nonce, gas, value = chance.choice(CHAINS), small(), small(), amount()
    to = blob(chance.choice([20, 20, 20, 0]))
    data = blob(chance.choice([0, 1, 4, 36, 55, 56, 68, 300]))
    transaction = {"chainId": chain, "nonce": nonce, "gas": gas, "value": value, "data": data}
    if to:
        transaction["to"] = Account.from_key(key).address if not to else to
    if kind == "legacy":
        price = amount()
        transaction["gasPrice"] = price
        unsigned = rlp.encode([nonce, price, gas, to, value, data, chain, 0, 0])
    else:
        entries = access_list()
        transaction["accessList"] = entries
        if kind == "eip2930":
            price = amount()
            transaction |= {"type": 1, "gasPrice": price}
            unsigned = b"\x01" + rlp.encode([chain, nonce, price, gas, to, value, data, access_items(entries)])
        else:
            tip, fee = amount(), amount()
            transaction |= {"type": 2, "maxPriorityFeePerGas": tip, "maxFeePerGas": fee}
            unsigned = b"\x02" + rlp.encode([chain, nonce, tip, fee, gas, to, value, data, access_items(entries)])
    signed = Account.sign_transaction(transaction, key)
    return {
        "kind": kind,
        "privateKey": key.hex(),
        "unsigned": unsigned.hex(),
        "signed": signed.raw_transaction.hex().removeprefix("0x"),
        "hash": signed.hash.hex().removeprefix("0x"),
    }


def signature_row():
    key, digest = blob(32), chance.choice([blob(32), bytes(32), b"\xff" * 32, bytes(31) + b"\x01"])
    signature = keys.PrivateKey(key).sign_msg_hash(digest)
    return {
        "privateKey": key.hex(),
        "digest": digest.hex(),
        "r": f"{signature.r:064x}",
        "s": f"{signature.s:064x}",
        "v": f"{signature.v:02x}",
    }


def keccak_row(count):
    message = blob(count)
    return {"message": message.hex(), "hash": keccak(message).hex()}


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    lists = {
        "accounts": list(account_rows()),
        "transactions": [transaction_row(kind) for kind in ("legacy", "eip2930", "eip1559") for _ in range(40)],
        "signatures": [signature_row() for _ in range(40)],
        "hashes": [keccak_row(count) for count in (0, 1, 31, 32, 135, 136, 137, 271, 272, 273, 1000)],
    }
    with open(sys.argv[1], "w", encoding="utf-8") as output:
        output.write('{"source": "Tests/TurnkeySandboxTests/python/ethereum_signing.py with eth-account, eth-keys, rlp"')
        for name, rows in lists.items():
            lines = ",\n".join(json.dumps(row) for row in rows)
            output.write(f',\n"{name}": [\n{lines}\n]')
        output.write("}\n")


if __name__ == "__main__":
    main()
