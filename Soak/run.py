# SPDX-License-Identifier: Apache-2.0
"""run.py STAMPD [SECONDS]: has clients of every kind use a frame for so long, and says whether anything grew or was lost.

Clients come and go, stamp one by one and in rows, leave without their reply, send halves of calls, take no replies, watch,
wait for confirmations, have sessions made, ended and expired. The frame is reloaded each minute and restarted with its kept
state each five (in a run of less than an hour as often as it has room for: 12 reloads, 4 restarts); its listening
sockets stay, as a service manager holds them.

It ends with 1 where a call was not answered once and in order (a call that a restart cut off is asked again), where a stamp is
not the session's, where a kept session is gone, where the audit's chain has a gap, where a stamp that was answered has not
one record, or where something rises beyond LIMITS.
"""

import asyncio
import collections
import functools
import hashlib
import json
import logging
import os
import pathlib
import random
import resource
import select
import signal
import socket
import statistics
import sys
import tempfile
import threading
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "Tests/EndToEndTests/python"))

from credential_bundle import seal_new_credential  # noqa: E402
from managed_frame import ManagedFrame, Manager, is_stamp, write_configuration  # noqa: E402

# What may rise: over one life of a process, from its second fifth to its last, and from the first whole life to the last
# one; a process warms up for a while. Descriptors are counted where no client is left.
LIMITS = {"KiB of memory in a life": 512, "KiB of memory from life to life": 512, "descriptors": 0}
# Of the median of a stamp's time, from the run's first third to its last: others use the machine too.
LATENCY_FACTOR, LATENCY_MILLISECONDS, LATENCY_SECONDS = 2, 5, 600
PATIENCE = 30
MESSAGE_TIMEOUT, REPLY_TIMEOUT, CONFIRM_TIMEOUT = 1, 1, 2

CONFIRM = {"timeout": CONFIRM_TIMEOUT, "show": ["/timestampMs"], "sameAccount": True}
RULES = [
    {"id": "ask", "effect": "confirm", "kind": ["ASK"], "only": [], "confirm": CONFIRM},
    {"id": "stamp", "effect": "allow", "kind": ["SIGN"], "only": ["note"]},
]
CONFIGURATION = {
    "rules": {"stamp": {"version": 1, "rules": RULES}},
    "messageTimeoutSeconds": MESSAGE_TIMEOUT,
    "replyTimeoutSeconds": REPLY_TIMEOUT,
    "maximumRefusalsPerWindow": 10000,
    "maximumStampsPerSecond": 100000,
}
# A session's end, whichever it is.
ENDS = {"sessionExpired", "sessionEnded", "sessionRejected"}


class Wrong(Exception):
    """What must not happen."""


class Cut(Exception):
    """The connection ended because the frame did."""


class Journal(threading.Thread):
    """Takes the audit's records, and follows their chain."""

    def __init__(self, path):
        super().__init__(daemon=True)
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(path)
        self.sequence, self.chain, self.faults = 0, bytes(32), []
        self.events, self.lock = collections.Counter(), threading.Lock()
        # Of stamps that were answered and have no record yet, and of records whose stamp is not answered yet: how many.
        self.answered, self.recorded = collections.Counter(), collections.Counter()

    def run(self):
        while record := self.socket.recv(1 << 16):
            lines, _, chain = record.rpartition(b"STAMPD_CHAIN=")
            fields = dict(line.split("=", 1) for line in lines.decode().splitlines())
            self.sequence += 1
            self.chain = hashlib.sha256(self.chain + lines).digest()
            if chain != self.chain.hex().encode() + b"\n" or fields["STAMPD_SEQUENCE"] != str(self.sequence):
                self.faults.append(f"the chain is broken at record {fields['STAMPD_SEQUENCE']}")
                self.sequence, self.chain = int(fields["STAMPD_SEQUENCE"]), bytes.fromhex(chain.decode())
            event = fields["STAMPD_EVENT"]
            self.events[event] += 1
            if event in ("recordsLost", "refusalsLeftOut"):
                self.faults.append(f"the audit told {event}: {fields['MESSAGE']}")
            if event == "stamp":
                self.match(fields["STAMPD_PAYLOAD_SHA256"], self.answered, self.recorded)

    def match(self, digest, there, else_here):
        with self.lock:
            if there[digest]:
                there[digest] -= 1
                if not there[digest]:
                    del there[digest]
            else:
                else_here[digest] += 1

    def answer(self, payload):
        self.match(hashlib.sha256(payload.encode()).hexdigest(), self.recorded, self.answered)

    def end(self):
        self.socket.shutdown(socket.SHUT_RD)
        self.join(PATIENCE)


class Soak:
    def __init__(self, program, directory, seconds):
        self.program, self.directory, self.seconds = program, directory, seconds
        self.manager, self.journal = Manager(f"{directory}/notify"), Journal(f"{directory}/journal")
        write_configuration(directory, CONFIGURATION)
        self.listeners = {}
        for name in ("control", "stamp"):
            self.listeners[name] = socket.socket(socket.AF_UNIX)
            self.listeners[name].bind(f"{directory}/{name}.sock")
            self.listeners[name].listen(512)
        # Odd while the frame is restarted: its old process cuts off what clients have on their way.
        self.life, self.frame, self.lives = 0, None, []
        self.answers, self.latencies, self.faults, self.stopping = collections.Counter(), [], [], False
        self.keys, self.names, self.lock = {}, 0, asyncio.Lock()

    def start(self):
        self.frame = ManagedFrame(
            self.program, self.directory, self.manager, listeners=self.listeners, patience=PATIENCE
        )
        if not self.frame.is_serving:
            raise Wrong(f"the frame does not start: {self.frame.words()}")
        self.lives.append([])

    def payload(self, kind="SIGN"):
        self.names += 1
        parameters = {"note": "n" * random.choice((1, 1, 1, 200, 5000))} if kind == "SIGN" else {}
        activity = {"type": f"ACTIVITY_TYPE_{kind}", "timestampMs": str(int(time.time() * 1000))}
        return json.dumps(activity | {"organizationId": f"o{self.names}", "parameters": parameters})

    def check_stamp(self, reply, payload, key, *errors):
        """The reply's kind: a stamp of this payload by this key, or one of these errors."""
        if "error" in reply:
            name = reply["error"].rpartition(".")[2]
            if name not in errors:
                raise Wrong(f"a stamp is answered {reply}")
            return name
        if "stampHeaderValue" not in reply["parameters"] or not is_stamp(reply["parameters"], key, payload):
            raise Wrong("a stamp that is not the session's, or of another payload")
        self.journal.answer(payload)
        return "stamp"


class Connection:
    """Calls in order, replies in order."""

    @classmethod
    async def open(cls, soak, name="stamp"):
        self = cls()
        self.soak, self.life = soak, soak.life
        self.reader, self.writer = await asyncio.open_unix_connection(f"{soak.directory}/{name}.sock", limit=1 << 21)
        return self

    async def __aenter__(self):
        return self

    async def __aexit__(self, *_):
        self.writer.close()

    def send(self, method, **parameters):
        message = json.dumps({"method": f"io.stampd.{method}", "parameters": parameters})
        try:
            self.writer.write(message.encode() + b"\0")
        except OSError:
            self.lost(b"")

    def lost(self, rest):
        if rest:
            raise Wrong(f"half a reply: {rest[:80]}")
        if self.soak.life == self.life and self.life % 2 == 0:
            raise Wrong("a connection ended, and the frame did not")
        raise Cut

    async def read(self):
        try:
            message = await asyncio.wait_for(self.reader.readuntil(b"\0"), PATIENCE)
        except asyncio.IncompleteReadError as end:
            self.lost(end.partial)
        except ConnectionError:
            self.lost(b"")
        except asyncio.TimeoutError:
            raise Wrong("no reply") from None
        return json.loads(message[:-1])

    async def call(self, method, **parameters):
        self.send(method, **parameters)
        return await self.read()

    async def wait_for_end(self):
        """Returns once the frame has ended the connection, and reads nothing before."""
        poll = select.poll()
        poll.register(self.writer.get_extra_info("socket").fileno(), 0)
        end = time.monotonic() + PATIENCE
        # A write that fails closes the transport, and with it the descriptor that is polled.
        while not self.writer.transport.is_closing() and not poll.poll(0):
            if time.monotonic() > end:
                raise Wrong("a connection does not end")
            await asyncio.sleep(0.05)

    async def drain_to_end(self):
        """What comes until the frame ends the connection."""
        try:
            return await asyncio.wait_for(self.reader.read(-1), PATIENCE)
        except ConnectionError:
            return b""
        except asyncio.TimeoutError:
            raise Wrong("a connection does not end") from None


def client(play):
    """Plays until the end, again and again; what a restart cut off is begun anew."""

    @functools.wraps(play)
    async def loop(soak, *arguments):
        while not soak.stopping:
            try:
                await play(soak, *arguments)
            except Cut:
                soak.answers["cut off by a restart, asked again"] += 1
            except Wrong as wrong:
                soak.faults.append(f"{play.__name__}: {wrong}")
                print(soak.faults[-1], file=sys.stderr)
                await asyncio.sleep(1)

    return loop


async def once(soak, method, **parameters):
    """A call of its own connection to the control socket, asked again where a restart cut it off."""
    while True:
        try:
            async with await Connection.open(soak, "control") as connection:
                return await connection.call(method, **parameters)
        except Cut:
            pass


@client
async def stay(soak):
    """Stamps in rows for a while."""
    async with await Connection.open(soak) as connection:
        for _ in range(random.randint(5, 60)):
            if soak.stopping:
                return
            row = [soak.payload() for _ in range(random.randint(1, 8))]
            for payload in row:
                connection.send("Stamper.Stamp", payload=payload, session="a")
                connection.send("Stamper.GetSession", session="a")
            for payload in row:
                reply = await connection.read()
                soak.answers[soak.check_stamp(reply, payload, soak.keys["a"], "Locked")] += 1
                session = (await connection.read()).get("parameters", {}).get("session", {})
                if session.get("publicKey") != soak.keys["a"]:
                    raise Wrong("an answer is not that of its call")
                soak.answers["session"] += 1
            await asyncio.sleep(random.uniform(0, 0.3))


@client
async def visit(soak):
    """Comes for one stamp."""
    payload = soak.payload()
    async with await Connection.open(soak) as connection:
        reply = await connection.call("Stamper.Stamp", payload=payload, session="a")
    soak.answers[soak.check_stamp(reply, payload, soak.keys["a"], "Locked")] += 1
    await asyncio.sleep(random.uniform(0.02, 0.2))


@client
async def leave(soak):
    """Asks, and is gone before the answer."""
    async with await Connection.open(soak) as connection:
        for _ in range(random.randint(1, 5)):
            connection.send("Stamper.Stamp", payload=soak.payload(), session="a")
        await asyncio.sleep(random.choice((0, 0.001)))
        connection.writer.transport.abort()
    await asyncio.sleep(random.uniform(0.1, 0.5))


@client
async def break_off(soak):
    """Sends half a call, and waits until the frame ends the connection."""
    async with await Connection.open(soak) as connection:
        connection.writer.write(b'{"method":"io.stampd.Stamper.GetStatus"')
        rest = await connection.drain_to_end()
    if rest:
        raise Wrong(f"half a call is answered {rest[:80]}")
    soak.answers["no whole call, ended"] += 1


@client
async def take_nothing(soak):
    """Asks for more than the kernel holds, and takes no reply until the frame ends the connection."""
    async with await Connection.open(soak) as connection:
        connection.writer.transport.pause_reading()
        connection.writer.write(b'{"method":"io.stampd.Stamper.ListSessions"}\0' * 5000)
        await connection.wait_for_end()
        connection.writer.transport.resume_reading()
        replies = (await connection.drain_to_end()).split(b"\0")[:-1]
    for reply in replies:
        if "sessions" not in json.loads(reply)["parameters"]:
            raise Wrong("an answer is not that of its call")
    if len(replies) == 5000 and soak.life == connection.life:
        raise Wrong("replies that nobody took were kept")
    soak.answers["no reply taken, ended"] += 1
    await asyncio.sleep(5)


@client
async def watch(soak):
    """Follows the events: each session starts, and then ends once."""
    async with await Connection.open(soak) as connection:
        message = json.dumps({"method": "io.stampd.Stamper.Monitor", "more": True})
        connection.writer.write(message.encode() + b"\0")
        # What was before the watching is not known: a session's first event may be its start or its end.
        alive = {}
        while not soak.stopping:
            reading = asyncio.ensure_future(connection.reader.readuntil(b"\0"))
            while not reading.done() and not soak.stopping:
                await asyncio.wait([reading], timeout=1)
            if not reading.done():
                reading.cancel()
                return
            try:
                event = json.loads(reading.result()[:-1])["parameters"]["event"]
            except (asyncio.IncompleteReadError, ConnectionError) as end:
                connection.lost(getattr(end, "partial", b""))
            soak.answers["event"] += 1
            kind, name = event["kind"], event.get("session")
            if kind == "sessionStarted":
                if alive.get(name) is True:
                    raise Wrong(f"{name} started twice")
                alive[name] = True
            elif kind in ENDS:
                if alive.get(name) is False:
                    raise Wrong(f"{name} ended twice")
                alive[name] = False


@client
async def ask(soak):
    """Stamps what somebody must confirm, who says yes, no or nothing; or is gone before."""
    payload = soak.payload("ASK")
    answer = random.choice((True, True, False, None, "gone"))
    async with await Connection.open(soak) as connection:
        connection.send("Stamper.Stamp", payload=payload, session="a")
        reading = asyncio.ensure_future(connection.read())
        try:
            digest = hashlib.sha256(payload.encode()).hexdigest()
            found = None
            while answer is not None and found is None and not reading.done():
                listed = (await once(soak, "Control.ListConfirmations"))["parameters"]["confirmations"]
                found = next((one for one in listed if one["payloadSha256"] == digest), None)
                await asyncio.sleep(0.02)
            if answer == "gone":
                soak.answers["gone before its confirmation"] += 1
                return
            if answer is not None and found is not None:
                await once(soak, "Control.Confirm", id=found["id"], payloadSha256=digest, allow=answer)
            # What others do meanwhile may end it: a lock, other rules, a time that ran out first.
            kind = soak.check_stamp(await reading, payload, soak.keys["a"], "Denied", "Locked")
            if kind == "stamp" and answer is not True:
                raise Wrong("a stamp that nobody confirmed")
            soak.answers["confirmed stamp" if kind == "stamp" else f"confirmation: {kind}"] += 1
        finally:
            reading.cancel()
            await asyncio.gather(reading, return_exceptions=True)
    await asyncio.sleep(random.uniform(0.1, 1))


@client
async def make_sessions(soak):
    """Has keys made inside, stamps with them, and ends them; and bundles whose sessions expire."""
    made = await once(soak, "Control.CreateSessionKey", session="b")
    if "error" in made:
        return await asyncio.sleep(0.1)
    key = made["parameters"]["publicKey"]
    if "error" not in await once(soak, "Control.ActivateSession", publicKey=key, expirationSeconds=600):
        payload = soak.payload()
        reply = await once(soak, "Stamper.Stamp", payload=payload, session="b")
        soak.answers[soak.check_stamp(reply, payload, key, "Locked")] += 1
        await once(soak, "Control.EndSession", session="b")
        reply = await once(soak, "Stamper.Stamp", payload=soak.payload(), session="b")
        if "error" not in reply:
            raise Wrong("a session stamps that was ended")
        soak.answers["ended session"] += 1
    embedded = (await once(soak, "Control.InitEmbeddedKey"))["parameters"]["publicKey"]
    bundle, key = seal_new_credential(embedded)
    started = await once(soak, "Control.InjectCredentialBundle", bundle=bundle, session="c", expirationSeconds=1)
    if "error" not in started:
        payload = soak.payload()
        reply = await once(soak, "Stamper.Stamp", payload=payload, session="c")
        soak.answers[soak.check_stamp(reply, payload, key, "Locked", "SessionExpired")] += 1
        await asyncio.sleep(1.1)
        reply = await once(soak, "Stamper.Stamp", payload=soak.payload(), session="c")
        if "error" not in reply:
            raise Wrong("a session stamps that has expired")
        soak.answers["expired session"] += 1
    await asyncio.sleep(random.uniform(0.5, 3))


@client
async def lock(soak):
    """Locks the frame for a moment."""
    await asyncio.sleep(random.uniform(2, 6))
    await once(soak, "Control.Lock")
    reply = await once(soak, "Stamper.Stamp", payload=soak.payload(), session="a")
    await once(soak, "Control.Unlock")
    if reply.get("error") != "io.stampd.Stamper.Locked":
        raise Wrong(f"a locked frame answers {reply}")


@client
async def measure(soak):
    """How long a stamp takes, from its call to its reply, one at a time."""
    async with await Connection.open(soak) as connection:
        while not soak.stopping:
            payload = soak.payload()
            start = time.perf_counter()
            reply = await connection.call("Stamper.Stamp", payload=payload, session="a")
            taken = time.perf_counter() - start
            if soak.check_stamp(reply, payload, soak.keys["a"], "Locked") == "stamp":
                soak.latencies.append((time.monotonic(), taken))
            await asyncio.sleep(0.1)


CLIENTS = [stay, stay, visit, visit, leave, break_off, take_nothing, watch, ask, ask, make_sessions, lock, measure]


def sample(soak):
    """Memory in KiB, without that of files, and time of the processor in seconds of the frame's process."""
    process = pathlib.Path("/proc", str(soak.frame.process.pid))
    status = dict(line.split(":\t", 1) for line in (process / "status").read_text().splitlines() if ":\t" in line)
    ticks = sum(map(int, (process / "stat").read_text().rpartition(") ")[2].split()[11:13]))
    return int(status["RssAnon"].split()[0]), ticks / os.sysconf("SC_CLK_TCK")


def descriptors(soak):
    return len(os.listdir(f"/proc/{soak.frame.process.pid}/fd"))


async def quiet_descriptors(soak):
    """How many the frame has where nobody is connected: the fewest that are seen for a while."""
    least = descriptors(soak)
    for _ in range(40):
        await asyncio.sleep(0.05)
        least = min(least, descriptors(soak))
    return least


async def keep(soak):
    """Reloads, restarts, samples, and tells how it goes; until the end."""
    begun = time.monotonic()
    reload_each, restart_each = min(60, soak.seconds / 13), min(300, soak.seconds / 5)
    reloads, restarts, told = 1, 1, 0
    while (now := time.monotonic() - begun) < soak.seconds:
        soak.manager.take()
        if soak.frame.process.poll() is not None:
            raise Wrong(f"the frame ended with {soak.frame.process.returncode}: {soak.frame.words()}")
        soak.lives[-1].append((now, *sample(soak)))
        if now >= restarts * restart_each:
            restarts += 1
            await restart(soak)
        elif now >= reloads * reload_each:
            reloads += 1
            readies = soak.manager.readies
            soak.frame.process.send_signal(signal.SIGHUP)
            end = time.monotonic() + PATIENCE
            while soak.manager.readies == readies:
                if time.monotonic() > end:
                    raise Wrong("a reload was not told")
                await asyncio.sleep(0.02)
                soak.manager.take()
        if now >= told:
            told += max(10, soak.seconds / 60) if not sys.stdout.isatty() else 1
            memory = soak.lives[-1][-1][1] if soak.lives[-1] else 0
            line = f"{now:.0f} s, life {len(soak.lives)}: {sum(soak.answers.values())} answers, {soak.journal.sequence} records, "
            line += f"{memory} KiB, {len(soak.faults)} wrong"
            print(line, end="\r" if sys.stdout.isatty() else "\n", flush=True)
        # Short enough for a life of a short run to have its samples where the machine is busy with others.
        await asyncio.sleep(min(1, soak.seconds / 240))
    print()
    return reloads - 1, restarts - 1


async def restart(soak):
    before = (await once(soak, "Stamper.GetSession", session="a"))["parameters"]["session"]
    soak.life += 1
    frame = soak.frame
    status = await asyncio.to_thread(frame.end)
    if status != 0:
        raise Wrong(f"the frame was stopped and ended with {status}: {frame.words()}")
    await asyncio.to_thread(soak.start)
    soak.life += 1
    # Whoever connected meanwhile waited in the kernel, and belongs to the next process.
    after = (await once(soak, "Stamper.GetSession", session="a"))["parameters"]["session"]
    if before["publicKey"] != after["publicKey"] or after["expiresInMilliseconds"] > before["expiresInMilliseconds"]:
        raise Wrong("the session is not the one that was kept")


def slope(points):
    """Of the line through these points (least squares), a minute."""
    if len(points) < 2:
        return 0
    times, values = zip(*points)
    return 60 * statistics.linear_regression(times, values).slope if len(set(times)) > 1 else 0


def fifth(samples, number):
    """The median of the memory in one fifth of a life."""
    count = len(samples) // 5
    return statistics.median(memory for _, memory, _ in samples[number * count : (number + 1) * count])


def judge(soak, quiet):
    """What rose beyond its limit, after it was printed."""
    whole = [life for life in soak.lives if len(life) >= 10]
    if not whole or len(soak.latencies) < 10:
        counts = f"{list(map(len, soak.lives))} samples in its lives, {len(soak.latencies)} of latency"
        return [f"too little was measured to judge the frame: {counts}"]
    rises = {
        "KiB of memory in a life": max(fifth(life, 4) - fifth(life, 1) for life in whole),
        "KiB of memory from life to life": fifth(whole[-1], 4) - fifth(whole[0], 4),
        "descriptors": quiet[1] - quiet[0],
    }
    for number, life in enumerate(whole):
        points = [(moment, memory) for moment, memory, _ in life[len(life) // 5 :]]
        print(f"life {number + 1}: {fifth(life, 4):.0f} KiB, {slope(points):+.1f} KiB a minute")
    lives = [(life[-1][0], fifth(life, 4)) for life in whole]
    print(f"from life to life: {slope(lives):+.2f} KiB a minute; {quiet[0]} descriptors, {quiet[1]} at the end")
    moments = [(moment, 1000 * taken) for moment, taken in soak.latencies]
    parts = [moments[number * len(moments) // 3 : (number + 1) * len(moments) // 3] for number in range(3)]
    medians = [statistics.median(taken for _, taken in part) for part in parts]
    print(f"a stamp: median {medians[0]:.2f} ms at first, {medians[2]:.2f} ms at last, {slope(moments):+.4f} ms a minute; "
          f"99 % within {statistics.quantiles((taken for _, taken in moments), n=100)[98]:.2f} ms")  # fmt: skip
    used = sum(life[-1][2] for life in soak.lives if life)
    print(f"{1e6 * used / sum(soak.answers.values()):.0f} µs of the processor for each answer")
    beyond = [f"{rise:.0f} {what} more, of {LIMITS[what]}" for what, rise in rises.items() if rise > LIMITS[what]]
    # In a short run, what else the machine does decides more about a stamp's time than the frame.
    if soak.seconds >= LATENCY_SECONDS and medians[2] > LATENCY_FACTOR * medians[0] + LATENCY_MILLISECONDS:
        beyond.append(f"a stamp takes {medians[2]:.2f} ms, and took {medians[0]:.2f} ms")
    return beyond


async def soak_for(program, directory, seconds):
    soak = Soak(program, directory, seconds)
    soak.journal.start()
    soak.start()
    embedded = (await once(soak, "Control.InitEmbeddedKey"))["parameters"]["publicKey"]
    bundle, soak.keys["a"] = seal_new_credential(embedded)
    await once(soak, "Control.InjectCredentialBundle", bundle=bundle, session="a", expirationSeconds=86400)
    first = await quiet_descriptors(soak)
    tasks = [asyncio.ensure_future(play(soak)) for play in CLIENTS]
    try:
        reloads, restarts = await keep(soak)
    except Wrong as wrong:
        print()
        soak.faults.append(str(wrong))
        reloads = restarts = 0
    soak.stopping = True
    await asyncio.gather(*tasks)
    if soak.frame.process.poll() is None:
        quiet = (first, await quiet_descriptors(soak))
        status = (await once(soak, "Stamper.GetStatus"))["parameters"]["status"]
        if soak.frame.end() != 0:
            soak.faults.append("the frame does not stop")
        soak.journal.end()
        if (status["auditSequence"], status["auditLost"]) != (soak.journal.sequence, 0):
            soak.faults.append(f"the frame wrote {status['auditSequence']} records, the journal has {soak.journal.sequence}")
        if soak.journal.answered:
            soak.faults.append(f"{soak.journal.answered.total()} stamps have no record")
        soak.faults += judge(soak, quiet)
    soak.faults += soak.journal.faults
    for answer, count in soak.answers.most_common():
        print(f"{count:9}  {answer}")
    for fault, count in collections.Counter(soak.faults).items():
        print(f"WRONG ({count} times): {fault}")
    print(f"{seconds} s, {reloads} reloads, {restarts} restarts: {sum(soak.answers.values())} answers, "
          f"{soak.journal.sequence} records, {len(soak.faults)} wrong")  # fmt: skip
    return 1 if soak.faults else 0


def main(program, seconds=3600):
    # Of sockets that the frame has closed: that is counted here.
    logging.getLogger("asyncio").setLevel(logging.ERROR)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(4096, resource.getrlimit(resource.RLIMIT_NOFILE)[1]),) * 2)
    with tempfile.TemporaryDirectory(prefix="stampd-soak.") as directory:
        return asyncio.run(soak_for(program, directory, seconds))


if __name__ == "__main__":
    sys.exit(main(os.path.abspath(sys.argv[1]), *map(int, sys.argv[2:])))
