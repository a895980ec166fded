# SPDX-License-Identifier: Apache-2.0
"""Two hundred couriers and an etcd of three members, each in a network of its own, while one member dies and the network parts.

Arguments: the directory of the programs, and one to work in. As root, in a network namespace that nobody else uses. The frames are
played: each serves GetCard and Deliver at a socket, and counts what is delivered.
"""

import asyncio
import base64
import concurrent.futures
import contextlib
import hashlib
import json
import os
import secrets
import signal
import subprocess
import sys
import time

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from proof import ok, require

FLEET, FRAMES, MEMBERS = "web", 200, ["a", "b", "c"]
PATIENCE_SECONDS = 240
SIGNATURE = "-----BEGIN SSH SIGNATURE-----\nU1NIU0lH\n-----END SSH SIGNATURE-----\n"


def run(*command, **options):
    return subprocess.run(command, check=True, stdin=subprocess.DEVNULL, capture_output=True, text=True, **options).stdout


def b64url(data):
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


class Member:
    """One etcd in a network namespace with two links: `peers` to the other members, `clients` to everybody."""

    def __init__(self, name, number, directory):
        self.name, self.number, self.directory = name, number, directory
        self.peer, self.client = f"10.78.0.{number}", f"10.77.0.{number}"
        self.holder = subprocess.Popen(["unshare", "--net", "sleep", "infinity"])
        deadline = time.monotonic() + PATIENCE_SECONDS
        own = os.readlink("/proc/self/ns/net")
        while os.readlink(f"/proc/{self.holder.pid}/ns/net") == own and time.monotonic() < deadline:
            time.sleep(0.01)
        for link, address in [("peers", self.peer), ("clients", self.client)]:
            outer = f"{link[0]}{number}"
            run("ip", "link", "add", "name", outer, "type", "veth", "peer", "name", link, "netns", str(self.holder.pid))
            run("ip", "link", "set", outer, "master", f"br-{link}", "up")
            self.inside("ip", "address", "add", f"{address}/24", "dev", link)
            self.inside("ip", "link", "set", link, "up")
        self.inside("ip", "link", "set", "lo", "up")
        self.process = None

    def inside(self, *command):
        return run("nsenter", "--target", str(self.holder.pid), "--net", *command)

    def start(self, cluster):
        peers = f"http://{self.peer}:2380"
        command = ["nsenter", "--target", str(self.holder.pid), "--net", "etcd", "--name", self.name]
        command += ["--data-dir", f"{self.directory}/etcd-{self.name}", "--listen-peer-urls", peers]
        command += ["--initial-advertise-peer-urls", peers, "--initial-cluster", cluster, "--log-level", "error"]
        command += ["--listen-client-urls", f"https://{self.client}:2379", "--advertise-client-urls", f"https://{self.client}:2379"]
        command += ["--cert-file", f"{self.directory}/cert.pem", "--key-file", f"{self.directory}/key.pem"]
        with open(f"{self.directory}/etcd-{self.name}.log", "ab") as log:
            self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log)

    def kill(self):
        self.process.kill()
        self.process.wait()

    def part(self):
        self.inside("ip", "link", "set", "peers", "down")

    def join(self):
        self.inside("ip", "link", "set", "peers", "up")

    def end(self):
        for process in [self.process, self.holder]:
            if process and process.poll() is None:
                process.kill()
                process.wait()


class Cluster:
    def __init__(self, directory):
        self.directory = directory
        for link in ["peers", "clients"]:
            run("ip", "link", "add", "name", f"br-{link}", "type", "bridge")
            run("ip", "link", "set", f"br-{link}", "up")
        run("ip", "address", "add", "10.77.0.254/24", "dev", "br-clients")
        run("ip", "link", "set", "lo", "up")
        names = ",".join(f"IP:10.77.0.{number + 1}" for number in range(len(MEMBERS)))
        run(
            "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj",
            "/CN=test", "-addext", f"subjectAltName={names}", "-keyout", f"{directory}/key.pem", "-out", f"{directory}/cert.pem",
        )
        self.members = [Member(name, number + 1, directory) for number, name in enumerate(MEMBERS)]
        self.initial = ",".join(f"{member.name}=http://{member.peer}:2380" for member in self.members)
        for member in self.members:
            member.start(self.initial)
        self.wait()

    @property
    def endpoints(self):
        return ",".join(f"{member.client}:2379" for member in self.members)

    def etcdctl(self, *arguments, timeout=20):
        command = ["etcdctl", "--endpoints", ",".join(f"https://{member.client}:2379" for member in self.members)]
        command += ["--cacert", f"{self.directory}/cert.pem", "--command-timeout", "10s", *arguments]
        return run(*command, env={**os.environ, "ETCDCTL_API": "3"}, timeout=timeout)

    def wait(self):
        self.until("the cluster answers", lambda: self.etcdctl("get", "nothing") == "")

    def until(self, what, holds):
        """Asks until it holds; a cluster that does not answer has not answered yet."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < deadline:
            with contextlib.suppress(subprocess.SubprocessError):
                if holds():
                    return
            time.sleep(0.2)
        sys.exit(f"waited in vain: {what}")

    def put(self, key, value):
        self.until(f"put {key}", lambda: self.etcdctl("put", "--", key, value).startswith("OK"))

    def get_all(self, kind):
        found = json.loads(self.etcdctl("get", "--prefix", f"/stampd/{FLEET}/{kind}/", "--write-out", "json", timeout=60))
        return {base64.b64decode(pair["key"]).decode().rsplit("/", 1)[1]: base64.b64decode(pair["value"]) for pair in found.get("kvs", [])}

    def leader(self):
        text = json.loads(self.etcdctl("endpoint", "status", "--write-out", "json"))
        leader = next(entry["Status"]["leader"] for entry in text if entry["Status"]["leader"])
        address = next(e["Endpoint"] for e in text if e["Status"]["header"]["member_id"] == leader)
        return next(member for member in self.members if member.client in address)


class Frame:
    """One played frame: serves its card, and keeps what is delivered."""

    def __init__(self, number, directory):
        self.name = f"frame-{number}"
        self.directory = f"{directory}/{self.name}"
        os.mkdir(self.directory, mode=0o700)
        self.delivered = []
        self.make_card()

    def make_card(self):
        public = ec.generate_private_key(ec.SECP256R1()).public_key().public_bytes(
            serialization.Encoding.X962, serialization.PublicFormat.CompressedPoint
        )
        card = {"v": 1, "fleet": FLEET, "frame": self.name, "host": f"{self.name}.example", "publicKey": public.hex()}
        card |= {"session": "default", "expirationSeconds": 900, "nonce": secrets.token_hex(16), "notAfter": "2099-01-01T00:00:00Z"}
        self.card = json.dumps(card, separators=(",", ":"))

    @property
    def hash(self):
        return hashlib.sha256(self.card.encode()).hexdigest()

    def parcel(self):
        """With a signature of the right form: the frame that checks it is played."""
        card = json.loads(self.card)
        parcel = {"v": 1, "fleet": FLEET, "frame": self.name, "card": self.hash, "session": "default", "publicKey": card["publicKey"]}
        parcel |= {"organizationId": "organization", "userId": "user", "notAfter": "2099-01-01T00:00:00Z"}
        text = json.dumps(parcel, separators=(",", ":")).encode()
        return json.dumps({"parcel": b64url(text), "signature": SIGNATURE})

    async def serve(self):
        await asyncio.start_unix_server(self.answer, f"{self.directory}/deliver.sock", backlog=64)

    async def answer(self, reader, writer):
        with contextlib.suppress(asyncio.IncompleteReadError, asyncio.CancelledError, ConnectionError):
            while True:
                call = json.loads((await reader.readuntil(b"\0"))[:-1])
                writer.write(json.dumps(self.reply(call)).encode() + b"\0")
                await writer.drain()
        writer.close()

    def reply(self, call):
        if call["method"].endswith("GetCard"):
            return {"parameters": {"card": self.card}}
        parcel = json.loads(call["parameters"]["parcel"])
        self.delivered.append(parcel["card"])
        if parcel["card"] != self.hash:
            return {"error": "io.stampd.Delivery.ParcelRefused", "parameters": {"reason": "otherCard"}}
        session = {"name": "default", "publicKey": parcel["publicKey"], "organizationId": None, "userId": None}
        return {"parameters": {"session": session | {"origin": "generated", "expiresInMilliseconds": 900_000}}}


def start_couriers(programs, directory, cluster, frames):
    for frame in frames:
        command = [f"{programs}/stampctl", "courier", "--socket-directory", frame.directory]
        command += ["--carrier", f"etcd+https://{cluster.endpoints}", "--ca-file", f"{directory}/cert.pem"]
        with open(f"{frame.directory}/courier.log", "wb") as log:
            yield subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log)


def approve(cluster, frames):
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda frame: cluster.put(f"/stampd/{FLEET}/parcels/{frame.name}", frame.parcel()), frames))


def prove(cluster, frames):
    cluster.until("200 cards", lambda: len(cluster.get_all("cards")) == FRAMES)
    ok("every frame's card is at the carrier")
    parts = [frames[start : start + 50] for start in range(0, FRAMES, 50)]
    approve(cluster, parts[0])

    dead = cluster.leader()
    dead.kill()
    approve(cluster, parts[1])
    wait_for_receipts(cluster, parts[0] + parts[1])
    ok("one member, the leader, has died, and the frames that were approved meanwhile have their sessions")

    dead.start(cluster.initial)
    cluster.until("the member is back", lambda: cluster.etcdctl("endpoint", "health") is not None)
    parted = cluster.leader()
    parted.part()
    approve(cluster, parts[2])
    wait_for_receipts(cluster, parts[2])
    ok("the network has parted, and couriers whose member has lost the others have found those")

    parted.join()
    approve(cluster, parts[3])
    wait_for_receipts(cluster, frames)
    ok("the network is whole again, and all have their sessions")
    require(
        all(frame.delivered == [frame.hash] for frame in frames),
        "each frame was handed its parcel once",
        {frame.name: len(frame.delivered) for frame in frames if frame.delivered != [frame.hash]},
    )


def wait_for_receipts(cluster, frames):
    def hold():
        receipts = {name: json.loads(text) for name, text in cluster.get_all("receipts").items()}
        return all(receipts.get(frame.name, {}).get("card") == frame.hash for frame in frames)

    cluster.until(f"{len(frames)} receipts", hold)


async def serve(frames):
    for frame in frames:
        await frame.serve()


async def main(programs, directory):
    frames = [Frame(number, directory) for number in range(FRAMES)]
    await serve(frames)
    cluster, couriers = await asyncio.to_thread(Cluster, directory), []
    try:
        for courier in start_couriers(programs, directory, cluster, frames):
            couriers.append(courier)
            await asyncio.sleep(0.02)
        await asyncio.to_thread(prove, cluster, frames)
        require(all(courier.poll() is None for courier in couriers), "no courier has ended")
    finally:
        for courier in couriers:
            courier.kill()
            courier.wait()
        for member in cluster.members:
            member.end()


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    asyncio.run(main(*sys.argv[1:]))
