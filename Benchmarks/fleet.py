#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Measures a fleet with a real etcd: how long it takes from the approver's yes until all sessions stamp, how long the carrier
alone takes to hand out parcels, for how long a frame's card is missing when the one before has ended, and the memory of a
courier. Exits 1 where a limit is missed. See README.md.

To be run with .venv/bin/python, which has the package cryptography.
"""

import argparse
import asyncio
import base64
import contextlib
import datetime
import hashlib
import json
import os
import pathlib
import resource
import secrets
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

import servers
from machine import machine_line
from programs import drop_from_page_cache

FLEET = "bench"
SESSION_SECONDS = 3600
KEYS_A_USER = 5
MOST_SECONDS, NEARLY_ALL_SECONDS, NEARLY_ALL = 5, 2, 0.99
CARRIER_SECONDS = 5
PRIVATE_DIRTY_LIMIT_MIB = 6
# Of a card, where its end is what is measured; how many ends are, and how late the next card may be.
SHORT_CARD_SECONDS, CARD_ENDS, GAP_MILLISECONDS = 3, 10, 100
# Connections of an approver to the carrier and to the API.
APPROVER_CONNECTIONS = 16
PATIENCE_SECONDS = 180


def b64(data):
    return base64.b64encode(data).decode()


def b64url(data):
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def rfc3339(seconds):
    time_then = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=seconds)
    return time_then.strftime("%Y-%m-%dT%H:%M:%SZ")


def key(kind, frame):
    return f"/stampd/{FLEET}/{kind}/{frame}".encode()


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Etcd:
    """Debian's etcd on ports of its own, as it is by default: what is answered is on the disk."""

    def __init__(self, directory, stack):
        self.port, peer = free_port(), free_port()
        url, peers = f"http://127.0.0.1:{self.port}", f"http://127.0.0.1:{peer}"
        command = ["etcd", "--data-dir", f"{directory}/etcd", "--listen-client-urls", url, "--advertise-client-urls", url]
        command += ["--listen-peer-urls", peers, "--initial-advertise-peer-urls", peers, "--initial-cluster", f"default={peers}"]
        with open(f"{directory}/etcd.log", "wb") as log:
            self.process = subprocess.Popen([*command, "--log-level", "error"], stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        stack.callback(self.process.wait)
        stack.callback(self.process.kill)
        wait_until(self.answers, "etcd")

    def answers(self):
        with contextlib.suppress(OSError):
            return urllib.request.urlopen(f"http://127.0.0.1:{self.port}/health", timeout=5).status == 200
        return False


def wait_until(holds, what):
    end = time.monotonic() + PATIENCE_SECONDS
    while not holds():
        if time.monotonic() > end:
            raise servers.BenchmarkError(f"waited in vain for {what}")
        time.sleep(0.02)


class Connection:
    """One keep-alive HTTP connection of asyncio's streams."""

    def __init__(self, port):
        self.port = port
        self.reader = self.writer = None

    async def send(self, path, body, headers=()):
        if self.writer is None:
            self.reader, self.writer = await asyncio.open_connection("127.0.0.1", self.port, limit=1 << 20)
        lines = [f"POST {path} HTTP/1.1", f"Host: 127.0.0.1:{self.port}", f"Content-Length: {len(body)}", *headers]
        self.writer.write("\r\n".join([*lines, "", ""]).encode() + body)

    async def head(self):
        head = await self.reader.readuntil(b"\r\n\r\n")
        if b" 200 " not in head.split(b"\r\n", 1)[0]:
            raise servers.BenchmarkError(head.decode() + (await self.reader.read(2000)).decode(errors="replace"))
        return head.lower()

    async def post(self, path, body, headers=()):
        await self.send(path, body, headers)
        head = await self.head()
        if b"transfer-encoding: chunked" in head:
            pieces = []
            while size := int((await self.reader.readline()).strip(), 16):
                pieces.append(await self.reader.readexactly(size + 2))
            while (await self.reader.readline()).strip():
                pass
            return json.loads(b"".join(piece[:-2] for piece in pieces))
        length = int(head.split(b"content-length:")[1].split(b"\r\n")[0])
        return json.loads(await self.reader.readexactly(length))

    async def line(self):
        """The next line of a stream, each a chunk of its own."""
        size = int((await self.reader.readline()).strip(), 16)
        return json.loads((await self.reader.readexactly(size + 2))[:-2])

    def close(self):
        if self.writer:
            self.writer.close()


async def put(connection, name, value):
    await connection.post("/v3/kv/put", json.dumps({"key": b64(name), "value": b64(value)}).encode())


async def each(items, port, work):
    """Does `work(connection, item)` for each item, on some connections at once."""
    left = list(reversed(items))

    async def one():
        connection = Connection(port)
        while left:
            await work(connection, left.pop())
        connection.close()

    await asyncio.gather(*(one() for _ in range(min(APPROVER_CONNECTIONS, len(items)))))


class Watcher:
    """A courier by its protocol: watches one frame's parcel."""

    def __init__(self, port, frame):
        self.connection, self.frame = Connection(port), frame
        self.came = None

    async def open(self):
        create = {"create_request": {"key": b64(key("parcels", self.frame))}}
        await self.connection.send("/v3/watch", json.dumps(create).encode())
        await self.connection.head()
        if not (await self.connection.line())["result"]["created"]:
            raise servers.BenchmarkError("a watch was not created")

    async def wait(self):
        answer = await self.connection.line()
        self.came = time.monotonic()
        self.connection.close()
        return base64.b64decode(answer["result"]["events"][0]["kv"]["value"])


async def measure_carrier(port, count):
    """Seconds from the first parcel that is published to the last that has reached its watcher."""
    watchers = [Watcher(port, f"watcher-{number}") for number in range(count)]
    for start in range(0, count, 100):
        await asyncio.gather(*(watcher.open() for watcher in watchers[start : start + 100]))
    waiting = [asyncio.create_task(watcher.wait()) for watcher in watchers]
    parcel = secrets.token_bytes(1200)
    begun = time.monotonic()
    await each(watchers, port, lambda connection, watcher: put(connection, key("parcels", watcher.frame), parcel))
    await asyncio.gather(*waiting)
    return max(watcher.came for watcher in watchers) - begun


class Approver:
    """What `stampctl fleet approve` does behind the yes: registers the keys, signs the parcels in one run, publishes them."""

    def __init__(self, directory, sandbox, port):
        self.directory, self.sandbox, self.port = directory, sandbox, port
        self.private = ec.derive_private_key(int(sandbox["apiPrivateKey"], 16), ec.SECP256R1())
        self.api_port = int(sandbox["baseUrl"].rsplit(":", 1)[1])
        public = self.private.public_key().public_bytes(
            serialization.Encoding.X962, serialization.PublicFormat.CompressedPoint
        )
        self.public = public.hex()
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", f"{directory}/approver"], check=True)

    @property
    def ssh_public_key(self):
        return " ".join(pathlib.Path(self.directory, "approver.pub").read_text(encoding="ascii").split()[:2])

    def stamp(self, body):
        signature = self.private.sign(body, ec.ECDSA(hashes.SHA256())).hex()
        stamp = {"publicKey": self.public, "scheme": "SIGNATURE_SCHEME_TK_API_P256", "signature": signature}
        return "X-Stamp: " + b64url(json.dumps(stamp).encode())

    async def submit(self, connection, kind, path, parameters):
        body = json.dumps(
            {
                "type": kind,
                "timestampMs": str(int(time.time() * 1000)),
                "organizationId": self.sandbox["organizationId"],
                "parameters": parameters,
            }
        ).encode()
        headers = ["Content-Type: application/json", self.stamp(body)]
        answer = await connection.post(f"/public/v1/submit/{path}", body, headers)
        if answer["activity"]["status"] != "ACTIVITY_STATUS_COMPLETED":
            raise servers.BenchmarkError(f"{kind}: {answer}")

    async def approve(self, cards, users):
        """`cards`: (frame, card's bytes). Each is answered before this returns."""
        groups = [cards[start : start + KEYS_A_USER] for start in range(0, len(cards), KEYS_A_USER)]
        await each(list(zip(users, groups)), self.api_port, self.register)
        parcels = [self.make_parcel(card, users[number // KEYS_A_USER]) for number, (_, card) in enumerate(cards)]
        signatures = await asyncio.to_thread(self.sign, parcels)
        envelopes = [
            (frame, json.dumps({"parcel": b64url(parcel), "signature": signature}).encode())
            for (frame, _), parcel, signature in zip(cards, parcels, signatures)
        ]
        await each(envelopes, self.port, lambda connection, item: put(connection, key("parcels", item[0]), item[1]))

    async def register(self, connection, group):
        user, cards = group
        keys = [
            {
                "apiKeyName": f"fleet-{frame}"[:60],
                "publicKey": json.loads(card)["publicKey"],
                "curveType": "API_KEY_CURVE_P256",
                "expirationSeconds": str(SESSION_SECONDS),
            }
            for frame, card in cards
        ]
        await self.submit(
            connection, "ACTIVITY_TYPE_CREATE_API_KEYS_V2", "create_api_keys", {"userId": user, "apiKeys": keys}
        )

    def make_parcel(self, card, user):
        asked = json.loads(card)
        parcel = {name: asked[name] for name in ["v", "fleet", "frame"]}
        parcel["card"] = hashlib.sha256(card).hexdigest()
        parcel |= {name: asked[name] for name in ["session", "publicKey"]}
        parcel |= {"organizationId": self.sandbox["organizationId"], "userId": user, "notAfter": rfc3339(SESSION_SECONDS)}
        return json.dumps(parcel, separators=(",", ":")).encode()

    def sign(self, parcels):
        with tempfile.TemporaryDirectory(dir=self.directory) as folder:
            files = [f"{folder}/{number}" for number in range(len(parcels))]
            for file, parcel in zip(files, parcels):
                pathlib.Path(file).write_bytes(parcel)
            command = ["ssh-keygen", "-q", "-Y", "sign", "-f", f"{self.directory}/approver", "-n", "stampd-parcel@stampd.io"]
            subprocess.run([*command, *files], check=True, stdin=subprocess.DEVNULL, capture_output=True)
            return [pathlib.Path(f"{file}.sig").read_text(encoding="ascii") for file in files]


class RealFrame:
    """A stampd with its courier."""

    def __init__(self, stage, number, card_seconds=3600):
        self.name = f"real-{number}"
        self.directory = f"{stage.directory}/{self.name}"
        os.mkdir(self.directory, mode=0o700)
        delivery = {
            "fleet": FLEET,
            "host": f"{self.name}.example",
            "session": "default",
            "expirationSeconds": SESSION_SECONDS,
            "cardSeconds": card_seconds,
            "approvers": [
                {
                    "key": stage.approver.ssh_public_key,
                    "sessions": ["default"],
                    "organizationIds": [stage.sandbox["organizationId"]],
                    "maximumExpirationSeconds": SESSION_SECONDS,
                }
            ],
        }
        configuration = pathlib.Path(self.directory, "frame.json")
        configuration.write_text(json.dumps({"delivery": delivery}), encoding="utf-8")
        options = ["--configuration", str(configuration), "--frame-id", self.name, "--deliver-socket"]
        command = servers.stampd_command(f"{stage.binaries}/stampd", self.directory, options=options)
        self.frame = servers.start(stage.stack, "stampd", "varlink", f"{self.directory}/stamp.sock", command)
        self.frame.wait_until_ready(f"{self.directory}/deliver.sock")
        courier = [f"{stage.binaries}/stampctl", "courier", "--socket-directory", self.directory]
        courier += ["--carrier", f"etcd+http://127.0.0.1:{stage.etcd.port}"]
        with open(f"{self.directory}/courier.log", "wb") as log:
            self.courier = subprocess.Popen(courier, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        stage.stack.callback(self.courier.wait)
        stage.stack.callback(self.courier.kill)
        self.stamped = None

    def is_carried(self):
        if self.courier.poll() is not None:
            raise servers.BenchmarkError(pathlib.Path(self.directory, "courier.log").read_text(encoding="utf-8"))
        return b"carrying" in pathlib.Path(self.directory, "courier.log").read_bytes()

    async def watch(self):
        self.reader, self.writer = await asyncio.open_unix_connection(f"{self.directory}/stamp.sock")
        self.writer.write(b'{"method":"io.stampd.Stamper.Monitor","more":true}\0')
        # The frame answers the first call after it has read the second.
        other = await asyncio.open_unix_connection(f"{self.directory}/stamp.sock")
        await self.ask(other, "io.stampd.Stamper.GetStatus")

    async def wait(self):
        while b"sessionStarted" not in await self.reader.readuntil(b"\0"):
            pass
        other = await asyncio.open_unix_connection(f"{self.directory}/stamp.sock")
        await self.ask(other, "io.stampd.Stamper.Stamp", payload="{}")
        self.stamped = time.monotonic()

    @staticmethod
    async def ask(streams, method, **parameters):
        streams[1].write(json.dumps({"method": method, "parameters": parameters}).encode() + b"\0")
        reply = json.loads((await streams[0].readuntil(b"\0"))[:-1])
        streams[1].close()
        if "error" in reply:
            raise servers.BenchmarkError(f"{method}: {reply}")
        return reply["parameters"]

    def private_dirty_mebibytes(self):
        with open(f"/proc/{self.courier.pid}/smaps_rollup", encoding="ascii") as file:
            return next(int(line.split()[1]) for line in file if line.startswith("Private_Dirty:")) / 1024


class ProtocolFrame:
    """A frame and its courier by their protocols alone: a key, a card, a watch, a stamp."""

    def __init__(self, port, number):
        self.name = f"made-{number}"
        self.private = ec.generate_private_key(ec.SECP256R1())
        public = self.private.public_key().public_bytes(
            serialization.Encoding.X962, serialization.PublicFormat.CompressedPoint
        )
        card = {"v": 1, "fleet": FLEET, "frame": self.name, "host": f"{self.name}.example", "publicKey": public.hex()}
        card |= {"session": "default", "expirationSeconds": SESSION_SECONDS, "nonce": secrets.token_hex(16)}
        card["notAfter"] = rfc3339(3600)
        self.card = json.dumps(card, separators=(",", ":")).encode()
        self.watcher = Watcher(port, self.name)
        self.stamped = None

    async def publish(self, connection):
        envelope = json.dumps({"card": b64url(self.card), "evidence": None}).encode()
        await put(connection, key("cards", self.name), envelope)
        await self.watcher.open()

    async def wait(self):
        parcel = json.loads(base64.urlsafe_b64decode(json.loads(await self.watcher.wait())["parcel"] + "=="))
        if parcel["card"] != hashlib.sha256(self.card).hexdigest():
            raise servers.BenchmarkError("a parcel answers another card")
        self.private.sign(b"{}", ec.ECDSA(hashes.SHA256()))
        self.stamped = time.monotonic()


class Stage:
    """Sandbox, etcd, approver and frames."""

    def __init__(self, binaries, directory, stack, size):
        self.binaries, self.directory, self.stack = binaries, directory, stack
        self.sandbox = self.start_sandbox(-(-(size.real + size.made) // KEYS_A_USER))
        self.etcd = Etcd(directory, stack)
        self.approver = Approver(directory, self.sandbox, self.etcd.port)
        self.real = [RealFrame(self, number) for number in range(size.real)]
        self.made = [ProtocolFrame(self.etcd.port, number) for number in range(size.made)]

    def start_sandbox(self, count):
        """With so many users, the approver among them; its ready file's content. An organization has a hundred at most."""
        ids = [f"00000000-0000-4000-8000-0000{secrets.token_hex(4)}" for _ in range(count - 1)]
        private = ec.generate_private_key(ec.SECP256R1())
        public = private.public_key().public_bytes(
            serialization.Encoding.X962, serialization.PublicFormat.CompressedPoint
        )
        root = {"userName": "ada", "apiKeys": [{"apiKeyName": "ada", "publicKey": public.hex()}]}
        users = [{"userId": user, "userName": f"frames-{user[-8:]}"} for user in ids]
        fixture, ready = pathlib.Path(self.directory, "fixture.json"), pathlib.Path(self.directory, "ready.json")
        organization = {"organizationName": "Bench", "users": [root, *users]}
        fixture.write_text(json.dumps({"organizations": [organization]}), encoding="utf-8")
        command = [f"{self.binaries}/turnkey-sandbox", "--ready-file", str(ready), "--fixture", str(fixture)]
        with open(f"{self.directory}/sandbox.log", "wb") as log:
            process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        self.stack.callback(process.wait)
        self.stack.callback(process.terminate)
        wait_until(lambda: ready.exists() or process.poll() is not None, "the sandbox")
        if process.poll() is not None:
            raise servers.BenchmarkError(pathlib.Path(self.directory, "sandbox.log").read_text(encoding="utf-8"))
        number = private.private_numbers().private_value
        content = json.loads(ready.read_text(encoding="utf-8")) | {"apiPrivateKey": f"{number:064x}"}
        self.users = [content["userId"], *ids]
        return content

    async def read_cards(self):
        """All cards of the fleet: (frame, the card's bytes)."""
        first, cards = key("cards", ""), []
        connection = Connection(self.etcd.port)
        body = {"key": b64(first), "range_end": b64(first[:-1] + b"0")}
        for pair in (await connection.post("/v3/kv/range", json.dumps(body).encode())).get("kvs", []):
            envelope = json.loads(base64.b64decode(pair["value"]))
            card = base64.urlsafe_b64decode(envelope["card"] + "=" * (-len(envelope["card"]) % 4))
            cards.append((base64.b64decode(pair["key"]).decode().rsplit("/", 1)[1], card))
        connection.close()
        return cards

    async def measure(self):
        """Seconds from the yes until each session stamped, sorted."""
        frames = self.real + self.made
        await each(self.made, self.etcd.port, lambda connection, frame: frame.publish(connection))
        for frame in self.real:
            await frame.watch()
        cards = await self.read_cards()
        if len(cards) != len(frames):
            raise servers.BenchmarkError(f"{len(cards)} cards of {len(frames)} frames")
        waiting = [asyncio.create_task(frame.wait()) for frame in frames]
        await asyncio.sleep(1)
        yes = time.monotonic()
        await self.approver.approve(cards, self.users)
        await asyncio.wait_for(asyncio.gather(*waiting), PATIENCE_SECONDS)
        return sorted(frame.stamped - yes for frame in frames)


async def measure_gaps(port, frame):
    """Milliseconds from each card's end until the next one is at the carrier."""
    connection = Connection(port)
    create = {"create_request": {"key": b64(key("cards", frame.name))}}
    await connection.send("/v3/watch", json.dumps(create).encode())
    await connection.head()
    ends, gaps = None, []
    while len(gaps) < CARD_ENDS:
        for event in (await connection.line())["result"].get("events", []):
            came = time.time()
            envelope = json.loads(base64.b64decode(event["kv"]["value"]))
            card = json.loads(base64.urlsafe_b64decode(envelope["card"] + "=" * (-len(envelope["card"]) % 4)))
            # A card that is put again is a lease that is renewed.
            next_ends = datetime.datetime.fromisoformat(card["notAfter"].replace("Z", "+00:00")).timestamp()
            if ends and next_ends != ends:
                gaps.append((came - ends) * 1000)
            ends = next_ends
    connection.close()
    return gaps


def report(rows):
    """Prints them; whether every limit was met."""
    print(f"Measured on: {machine_line(subprocess.check_output(['etcd', '--version'], text=True).splitlines()[0])}.\n")
    print("| a fleet | | at most | met |\n|---|---:|---:|---|")
    for what, value, limit in rows:
        met = "" if limit is None else "yes" if value <= limit else "no"
        print(f"| {what} | {value:.2f} | {'' if limit is None else limit} | {met} |")
    return all(limit is None or value <= limit for _, value, limit in rows)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--binaries", required=True, help="where stampd, stampctl and turnkey-sandbox are")
    parser.add_argument("--real", type=int, default=50, help="frames that are stampd with its courier")
    parser.add_argument("--made", type=int, default=450, help="frames by their protocol alone")
    parser.add_argument("--watchers", type=int, default=5_000, help="watchers of the carrier alone")
    size = parser.parse_args()
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    for name in ["stampd", "stampctl"]:
        drop_from_page_cache(f"{size.binaries}/{name}")
    with tempfile.TemporaryDirectory(prefix="fleet-", dir="/tmp") as directory, contextlib.ExitStack() as stack:
        with contextlib.ExitStack() as alone:
            os.mkdir(f"{directory}/alone")
            carrier = asyncio.run(measure_carrier(Etcd(f"{directory}/alone", alone).port, size.watchers))
        stage = Stage(size.binaries, directory, stack, size)
        wait_until(lambda: all(frame.is_carried() for frame in stage.real), "couriers")
        seconds = asyncio.run(stage.measure())
        dirty = [frame.private_dirty_mebibytes() for frame in stage.real]
        gaps = asyncio.run(measure_gaps(stage.etcd.port, RealFrame(stage, "renewed", SHORT_CARD_SECONDS)))
    nearly_all = seconds[int(len(seconds) * NEARLY_ALL) - 1]
    rows = [
        (f"{len(seconds)} frames from the yes to a stamp: half of them (s)", statistics.median(seconds), None),
        (f"{len(seconds)} frames: 99 % (s)", nearly_all, NEARLY_ALL_SECONDS),
        (f"{len(seconds)} frames: the last (s)", seconds[-1], MOST_SECONDS),
        (f"the carrier alone: the last of {size.watchers} watchers (s)", carrier, CARRIER_SECONDS),
        (f"the next card at the carrier, behind the end of {len(gaps)} cards: half of them (ms)", statistics.median(gaps), None),
        (f"behind the end of {len(gaps)} cards: the last (ms)", max(gaps), GAP_MILLISECONDS),
        ("a courier: Private_Dirty, after its delivery (MiB)", max(dirty), PRIVATE_DIRTY_LIMIT_MIB),
    ]
    return 0 if report(rows) else 1


if __name__ == "__main__":
    sys.exit(main())
