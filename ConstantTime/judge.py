# SPDX-License-Identifier: Apache-2.0
"""judge.py DRIVER: runs the driver under valgrind's memcheck, and says where what it does depends on a secret.

A finding belongs to the first function of its stack, from within, that is the driver's (the signer's code is linked into it)
or libcrypto's. It ends with 1 where one is the signer's own, where a control is not found, or where a secret was lost on its
way; libcrypto's own are listed apart, by the function of the signer that they are called from.
"""

import base64
import collections
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ElementTree

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "Tests/EndToEndTests/python"))

from credential_bundle import seal, seal_new_credential  # noqa: E402
from stamp_check import verifies  # noqa: E402

CONTROLS = {"controlLookUp": "UninitValue", "controlComparison": "UninitCondition", "controlOutput": "SyscallParam"}
PLACES = [
    "a scalar that is read", "a scalar for a key", "a Diffie-Hellman value", "a key of HMAC", "an input of HMAC",
    "a key of AES", "a plaintext", "a signature that is made", "a state that is kept",
]  # fmt: skip
KINDS = {"UninitCondition", "UninitValue", "SyscallParam"}
ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
VALGRIND = (
    "valgrind", "--tool=memcheck", "--leak-check=no", "--undef-value-errors=yes", "--error-limit=no", "--num-callers=40",
    "--xml=yes",
)  # fmt: skip


def live(driver, findings):
    """Talks with the driver; answers the lines that it ended with, after checking that it did what the signer does."""
    process = subprocess.Popen(
        [*VALGRIND, f"--xml-file={findings}", driver], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    embedded = process.stdout.readline().strip()
    bundles = []
    for _ in range(2):
        bundle, key = seal_new_credential(embedded)
        bundles.append((bundle, f"injected {key}"))
    damaged = bytearray(base64.urlsafe_b64decode(bundles[0][0]))
    damaged[-1] ^= 1
    bundles.append((base64.urlsafe_b64encode(damaged).decode(), "refused decryption"))
    for scalar in (0, ORDER, (1 << 256) - 1):
        bundles.append((seal(scalar.to_bytes(32, "big"), embedded), "refused scalar"))
    bundles.append((seal(bytes(31), embedded), "refused length"))
    output, _ = process.communicate("".join(f"{bundle}\n" for bundle, _ in bundles) + "\n")
    if process.returncode != 0:
        sys.exit(f"the driver ended with {process.returncode}: {output}")
    lines = [line.split() for line in output.splitlines()]
    answers = [" ".join(line) for line in lines if line[0] in ("injected", "refused")]
    if answers != [answer for _, answer in bundles]:
        sys.exit(f"the driver does not do what the signer does: {answers}")
    stamps = [line[1:] for line in lines if line[0] == "stamp"]
    for key, stamp in stamps:
        stamp = json.loads(base64.urlsafe_b64decode(stamp + "=" * (-len(stamp) % 4)))
        if stamp["publicKey"] != key or not verifies(key, stamp["signature"], "{}"):
            sys.exit("a stamp is none")
    print(f"{len(bundles)} bundles, {len(stamps)} stamps")
    return lines


def image(frame):
    return pathlib.Path(frame.findtext("obj", "")).name


def owner(stack):
    """The stack's first frame that is the driver's or libcrypto's, and whether it is libcrypto's."""
    for index, frame in enumerate(stack):
        if image(frame).startswith("libcrypto") or image(frame) == "driver":
            return index, image(frame) != "driver"
    return 0, False


def demangled(text):
    swift = os.environ.get("SWIFT", "swift")
    return subprocess.run([swift, "demangle", "--simplified"], input=text, capture_output=True, text=True, check=True).stdout


def judge(errors):
    """What is found in the signer, how often libcrypto behind each of the signer's calls, and which controls."""
    own, theirs, found = [], collections.Counter(), set()
    for error in errors:
        kind, stack = error.findtext("kind"), error.find("stack").findall("frame")
        if kind not in KINDS:
            continue
        names = [frame.findtext("fn", frame.findtext("ip")) for frame in stack]
        control = next((one for one in CONTROLS if any(one in name for name in names)), None)
        index, is_theirs = owner(stack)
        if control:
            found.add((control, kind))
        elif is_theirs:
            callers = [name for name, frame in zip(names, stack) if image(frame) == "driver"]
            theirs[" < ".join(callers[:2]).replace("__wrap_", "")] += 1
        else:
            own.append(f"{kind}: " + " < ".join(names[index:]))
    return own, theirs, found


def main(driver):
    with tempfile.NamedTemporaryFile() as file:
        lines = live(driver, file.name)
        own, theirs, found = judge(ElementTree.parse(file.name).getroot().findall("error"))
    print("libcrypto's own findings, by the signer's calls that they are behind:")
    print(demangled("".join(f"{count:5}  {call}\n" for call, count in sorted(theirs.items()))), end="")
    faults = [f"the signer depends on a secret: {demangled(one)}" for one in own]
    for control in CONTROLS.items() - found:
        faults.append(f"{control[0]} depends on a secret, and was not found")
    print("secret bytes that the signer's calls were seen with:")
    for place, count in [line[1:] for line in lines if line[0] == "secret"]:
        print(f"{count:>5}  {PLACES[int(place)]}")
        if count == "0":
            faults.append(f"no secret was seen: {PLACES[int(place)]}")
    for fault in faults:
        print(fault)
    print(f"{len(own)} findings in the signer, {sum(theirs.values())} in libcrypto, {len(CONTROLS.items() & found)} of "
          f"{len(CONTROLS)} controls found")  # fmt: skip
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
