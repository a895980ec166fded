# SPDX-License-Identifier: Apache-2.0
"""The life of a frame that is lived again and again, and each time something else in it fails.

Start, key, bundle, stamps, a confirmation, a key made inside, lock, reload, end of a session, stop; then the next process goes
on with what was kept. Wrong are: no reply in time, half a reply, a stamp that is not the session's or that should not be, an
end without a word, a kept session that is another than it was.
"""

import collections
import concurrent.futures
import contextlib
import hashlib
import json
import os
import pathlib
import re
import select
import shutil
import signal
import socket
import sys
import tempfile
import threading
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "Tests/EndToEndTests/python"))

from credential_bundle import seal_new_credential  # noqa: E402
from managed_frame import ManagedFrame, Manager, is_stamp, write_configuration  # noqa: E402

# Only what never comes is waited for so long.
PATIENCE = 120
CONFIRM = {"timeout": 60, "show": ["/timestampMs"], "sameAccount": True}
RULE = {"id": "ask", "effect": "confirm", "kind": ["T"], "only": [], "confirm": CONFIRM}
CONFIGURATION = {"rules": {"stamp": {"version": 1, "rules": [RULE]}}}


class Wrong(Exception):
    """What must not happen."""


class NotTraced(Exception):
    """strace did not take hold of a process within its three seconds, and the process ended before its first call."""


def traced(play, *arguments, **how):
    """What `play` comes to; it is played again where strace did not take hold."""
    while True:
        try:
            return play(*arguments, **how)
        except NotTraced:
            continue


class Ended(Exception):
    """The connection ended between two replies, or there was none to be had."""


class Client:
    """Calls on a connection; each is asked once more where the connection ended without an answer."""

    def __init__(self, path, notes):
        self.path, self.notes, self.socket = path, notes, None

    def send(self, method, parameters):
        if self.socket is None:
            self.socket, self.received = socket.socket(socket.AF_UNIX), b""
            self.socket.settimeout(PATIENCE)
            self.socket.connect(self.path)
        self.socket.sendall(json.dumps({"method": f"io.stampd.{method}", "parameters": parameters}).encode() + b"\0")

    def read(self, method):
        while b"\0" not in self.received:
            piece = self.socket.recv(1 << 16)
            if not piece:
                self.close()
                if self.received:
                    raise Wrong(f"half a reply to {method}: {self.received[:80]}")
                raise Ended
            self.received += piece
        message, self.received = self.received.split(b"\0", 1)
        return json.loads(message)

    def close(self):
        if self.socket is not None:
            self.socket.close()
        self.socket = None

    def call(self, method, **parameters):
        for _ in range(3):
            try:
                self.send(method, parameters)
                reply = self.read(method)
            except TimeoutError:
                raise Wrong(f"no reply to {method}") from None
            except (Ended, OSError):
                self.close()
                self.notes.add("a connection ended")
                continue
            if "error" in reply and "fallback" not in reply["parameters"]:
                self.notes.add("an error in words")
            return reply
        raise Ended


def stamp_of(reply, key, payload):
    """Whether the reply is a stamp; it must be the key's, then."""
    if "error" in reply:
        return False
    if not is_stamp(reply["parameters"], key, payload):
        raise Wrong("a stamp that is not the session's")
    return True


class Life:
    """`faulty`: which of the two processes has `tracer` in front of its command line; `call`: what fails there.

    `may_die`: whether that process may be ended by a signal, as the C library and the language do where they get no memory.
    `told`: is called with each phase's name when it is over.
    """

    def __init__(self, program, directory, faulty, tracer, call=None, may_die=False, told=None):
        self.program, self.directory, self.notes, self.call = program, directory, set(), call
        self.faulty, self.may_die, self.told = faulty, may_die, told
        self.tracers = [tracer if faulty == 0 else (), tracer if faulty == 1 else ()]
        self.manager = Manager(f"{directory}/notify")
        self.journal = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.journal.bind(f"{directory}/journal")
        # A journal that takes nothing holds each stop up for a second.
        threading.Thread(target=self.take_records, daemon=True).start()
        write_configuration(directory, CONFIGURATION)
        # What callers were answered.
        self.keys, self.ended = {}, set()

    def take_records(self):
        with contextlib.suppress(OSError):
            while self.journal.recv(1 << 16):
                pass

    def close(self):
        self.manager.close()
        self.journal.shutdown(socket.SHUT_RDWR)
        self.journal.close()

    def over(self, number, phase):
        if self.told and number == self.faulty:
            self.told(phase)

    def live(self):
        for number, part in enumerate((self.first, self.second)):
            frame = ManagedFrame(
                self.program, self.directory, self.manager, tracer=self.tracers[number], patience=PATIENCE
            )
            clients = [Client(f"{self.directory}/{name}.sock", self.notes) for name in ("control", "stamp")]
            try:
                self.over(number, "start")
                if frame.is_serving:
                    part(frame, *clients)
                elif frame.process.poll() is None:
                    raise Wrong("it neither serves nor ends")
            except Ended:
                self.notes.add("it was gone")
            finally:
                for client in clients:
                    client.close()
                ended_before = frame.process.poll() is not None
                status = frame.end()
            self.over(number, "stop")
            if status is None:
                raise Wrong("it does not stop")
            self.judge(frame, ended_before, status)
        return self.notes

    def judge(self, frame, ended_before, status):
        words = pathlib.Path(frame.log.name).read_text()
        if status == -signal.SIGALRM:
            raise NotTraced
        if status < 0:
            if not self.may_die:
                raise Wrong(f"it ended by {signal.Signals(-status).name}")
            self.notes.add(f"signal {signal.Signals(-status).name}")
        elif status != 0:
            if "stampd: " not in words:
                raise Wrong(f"it ended with {status} and without a word")
            self.notes.add("it refused to start, in words" if not frame.is_serving else f"it ended with {status}, in words")
        elif ended_before and not frame.is_serving:
            raise Wrong("it ended before it served, as if all were well")
        for line in words.splitlines():
            if re.search(r"without|not kept|dropped|failed|cannot|could not|: .*: [A-Z][a-z]+ ", line) and status >= 0:
                # Of any other call's fault that is no word: there is no filter then.
                if "seccomp" not in line or self.call == "seccomp":
                    self.notes.add("words in the log")

    def first(self, frame, control, stamp):
        reply = control.call("Control.InitEmbeddedKey")
        if "error" in reply:
            return
        self.over(0, "key")
        bundle, key = seal_new_credential(reply["parameters"]["publicKey"])
        if "error" not in control.call("Control.InjectCredentialBundle", bundle=bundle, session="a"):
            self.keys["a"] = key
            self.over(0, "bundle")
            self.stamp(control, "a")
            self.over(0, "stamp")
            self.confirm(control, stamp)
            self.over(0, "confirmation")
        self.create(control)
        self.over(0, "key made inside")
        self.lock(control)
        self.over(0, "lock")
        self.reload(frame, control)
        self.over(0, "reload")
        if "b" in self.keys and "error" not in control.call("Control.EndSession", session="b"):
            self.ended.add("b")
        self.check_ends(control)
        self.over(0, "end of a session")

    def second(self, frame, control, stamp):
        self.check_ends(control)
        self.stamp(control, "a")
        self.over(1, "stamp")
        control.call("Control.ResetEmbeddedKey")
        self.ended |= set(self.keys)
        self.check_ends(control)
        self.over(1, "reset")

    def stamp(self, control, session, payload="{}"):
        if session not in self.keys:
            return
        reply = control.call("Stamper.Stamp", payload=payload, session=session)
        if not stamp_of(reply, self.keys[session], payload):
            self.notes.add("the session is gone")

    def check_ends(self, control):
        for session in self.ended:
            if "error" not in control.call("Stamper.Stamp", payload="{}", session=session):
                raise Wrong("a session stamps that was ended")

    def create(self, control):
        reply = control.call("Control.CreateSessionKey", session="b")
        if "error" in reply:
            return
        key = reply["parameters"]["publicKey"]
        if "error" not in control.call("Control.ActivateSession", publicKey=key, expirationSeconds=600):
            self.keys["b"] = key
            self.stamp(control, "b")

    def lock(self, control):
        if "error" in control.call("Control.Lock"):
            return
        for session in self.keys:
            if "error" not in control.call("Stamper.Stamp", payload="{}", session=session):
                raise Wrong("a locked frame stamps")
        control.call("Control.Unlock")

    def confirm(self, control, stamp):
        now = int(time.time() * 1000)
        payload = {"type": "ACTIVITY_TYPE_T", "timestampMs": str(now), "organizationId": "o", "parameters": {}}
        payload = json.dumps(payload)
        try:
            stamp.send("Stamper.Stamp", {"payload": payload, "session": "a"})
            digest = hashlib.sha256(payload.encode()).hexdigest()
            end = time.monotonic() + PATIENCE
            while time.monotonic() < end:
                waiting = control.call("Control.ListConfirmations").get("parameters", {}).get("confirmations", [])
                if waiting or select.select([stamp.socket], [], [], 0.01)[0]:
                    break
            for one in waiting:
                control.call("Control.Confirm", id=one["id"], payloadSha256=digest, allow=True)
            if not stamp_of(stamp.read("Stamp"), self.keys["a"], payload):
                self.notes.add("an error in words")
        except TimeoutError:
            raise Wrong("no reply to a stamp that was confirmed") from None
        except (Ended, OSError):
            self.notes.add("a connection ended")

    def reload(self, frame, control):
        before = self.manager.readies
        frame.process.send_signal(signal.SIGHUP)
        # Where something fails, it may be this that is not told: then the life goes on without it.
        if not frame.wait(lambda: self.manager.readies > before, 2 if self.call else PATIENCE):
            self.notes.add("a reload was not told")
        self.stamp(control, "a")


def live(program, faulty, tracer, **how):
    """What is to be noted of one life."""
    directory = tempfile.mkdtemp(prefix="stampd-faults.")
    life = Life(program, directory, faulty, tracer, **how)
    try:
        return life.live()
    finally:
        life.close()
        shutil.rmtree(directory)


def live_well(live_once):
    """What was counted in the life without a fault, of which `live_once` gives the notes first; the process ends where it is none.

    On a busy machine a record may find the journal full, which is noted: it is lived three times at most.
    """
    for _ in range(3):
        notes, counted = traced(live_once)
        if not notes:
            return counted
        print(f"a life without a fault had in it: {notes}", flush=True)
    sys.exit("the life without a fault is none")


def live_all(points, play):
    """Plays each point, (what, where, arguments of play); several at once. Prints what came of them; 1 where one was wrong."""
    outcomes, wrongs, begun = collections.defaultdict(collections.Counter), [], time.monotonic()

    def run(point):
        what, where, arguments = point
        try:
            return what, where, " + ".join(sorted(traced(play, *arguments))) or "as without a fault", None
        except Wrong as wrong:
            return what, where, None, wrong

    workers = 2 * (os.cpu_count() or 1)
    with concurrent.futures.ThreadPoolExecutor(workers) as pool:
        for done, (what, where, outcome, wrong) in enumerate(pool.map(run, points), 1):
            if wrong:
                wrongs.append(f"{what}, {where}: {wrong}")
                print("WRONG", wrongs[-1], flush=True)
            else:
                outcomes[what][outcome] += 1
            if done % 500 == 0:
                print(f"{done} of {len(points)} points, {time.monotonic() - begun:.0f} s", flush=True)
    for what, counter in sorted(outcomes.items()):
        for outcome, count in counter.most_common():
            print(f"{what:24} {count:5}  {outcome}")
    print(f"{len(points)} points, {len(wrongs)} wrong, {time.monotonic() - begun:.0f} s")
    return 1 if wrongs else 0
