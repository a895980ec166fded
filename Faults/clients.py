# SPDX-License-Identifier: Apache-2.0
"""clients.py DIRECTORY [--first]: has each system call of stampctl's login, refresh and logout fail once.

DIRECTORY has stampd, stampctl and turnkey-sandbox. It ends with a table of what came of it, and with 1 where one of these
happened: no end in time, an end by a signal or without a word, a store that cannot be read, a store that is neither what it was
nor what it should be, a login or refresh that says that it succeeded while its session does not work, a session that does not
work any more though its refresh or logout says that nothing happened. With --first, of each kind of call that is not about the store the first of a command.
"""

import collections
import contextlib
import hashlib
import http.client
import json
import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time

from life import NotTraced, Wrong, live_all, traced

from managed_frame import ManagedFrame, Manager, write_configuration  # noqa: E402
from passkey_page import Passkey, approve  # noqa: E402
from preloaded import built, shim  # noqa: E402
from run import ERROR_OF, LEFT_OUT  # noqa: E402

PATIENCE = 300
# swift-nio and libdispatch take no error of these: they end the process.
LOOPS = {"epoll_create", "epoll_create1", "epoll_ctl", "epoll_wait", "eventfd2", "timerfd_create", "timerfd_settime"}
# Where there is no memory, no thread and no randomness, Swift, the C library and BoringSSL end the process; the others of
# these tell no error.
LEFT_OUT = LEFT_OUT | {
    "brk", "mmap", "munmap", "mremap", "mprotect", "madvise", "futex", "clone", "clone3", "set_robust_list", "rseq", "getrandom",
    "rt_sigprocmask", "rt_sigsuspend", "rt_sigaction", "gettid", "getpid", "geteuid", "getuid", "sched_getaffinity", "setpriority",
}  # fmt: skip
# strace makes those fail too by which one thread wakes another, which no kernel does: a preloaded library leaves them out.
PRELOADED = {"read", "write"}
ENDS = {0, 3, 4, 5, 64, 69, 71}
ORGANIZATION = "5a4db0c5-0000-4000-8000-000000000001"
# A user has ten expiring keys, of which the eleventh takes the place of the first: no two clients are one user at a time.
USERS = 50


class Stage(contextlib.ExitStack):
    """A frame and a sandbox with users, whose passkeys are here."""

    def __init__(self, binaries):
        super().__init__()
        self.library = self.enter_context(built())
        self.stampctl = f"{binaries}/stampctl"
        self.directory = self.enter_context(tempfile.TemporaryDirectory(prefix="stampd-faults."))
        self.passkeys = [Passkey() for _ in range(USERS)]
        write_configuration(self.directory, {})
        manager = Manager(f"{self.directory}/notify")
        self.callback(manager.close)
        self.frame = ManagedFrame(f"{binaries}/stampd", self.directory, manager, patience=PATIENCE)
        self.callback(self.frame.end)
        sandbox = subprocess.Popen([f"{binaries}/turnkey-sandbox", "--ready-file", f"{self.directory}/ready",
                                    "--fixture", self.fixture()], stderr=subprocess.DEVNULL)  # fmt: skip
        self.callback(sandbox.wait)
        self.callback(sandbox.terminate)
        end = time.monotonic() + PATIENCE
        while not pathlib.Path(self.directory, "ready").exists():
            if time.monotonic() > end or sandbox.poll() is not None:
                sys.exit("the sandbox does not start")
            time.sleep(0.01)
        self.ready = json.loads(pathlib.Path(self.directory, "ready").read_text())

    def fixture(self):
        users = []
        for number, passkey in enumerate(self.passkeys):
            authenticator = passkey.fixture() | {"authenticatorName": "passkey"}
            user = {"userId": f"5a4db0c5-0000-4000-8000-{number + 16:012}", "userName": f"user {number}"}
            users.append(user | {"authenticators": [authenticator]})
        organization = {"organizationId": ORGANIZATION, "organizationName": "Acme", "users": users}
        path = pathlib.Path(self.directory, "fixture.json")
        path.write_text(json.dumps({"organizations": [organization]}))
        return str(path)


class Client:
    """A user of a stage with a store and a session's name of their own."""

    number = 0
    counting = threading.Lock()

    def __init__(self, stage):
        with Client.counting:
            Client.number += 1
            number = Client.number % USERS
        self.session, self.passkey = f"s{number}", stage.passkeys[number]
        self.stage, self.state = stage, tempfile.mkdtemp(dir=stage.directory)
        ready = stage.ready
        self.environment = {
            "PATH": os.environ["PATH"], "HOME": self.state, "XDG_STATE_HOME": self.state, "XDG_CONFIG_HOME": self.state,
            "TURNKEY_API_BASE_URL": ready["baseUrl"], "TURNKEY_ORGANIZATION_ID": ORGANIZATION,
            "TURNKEY_NOTARIZER_PUBLIC_KEY": ready["notarizerPublicKey"], "STAMPD_SOCKET_DIRECTORY": stage.directory,
            "SWIFT_BACKTRACE": "enable=no",
        }  # fmt: skip

    @property
    def only_store(self):
        """What has strace look at the calls alone that are about the store's files."""
        name = hashlib.sha256(self.stage.directory.encode()).hexdigest()[:16]
        folder = f"{self.state}/stampd"
        files = [f"{folder}/{name}.json{suffix}" for suffix in ("", ".lock", ".new", f".login-{self.session}")]
        return tuple(part for path in (self.state, folder, f"{folder}/.", *files) for part in ("-P", path))

    def close(self):
        with socket.socket(socket.AF_UNIX) as control:
            control.connect(f"{self.stage.directory}/control.sock")
            call = {"method": "io.stampd.Control.EndSession", "parameters": {"session": self.session}}
            control.sendall(json.dumps(call).encode() + b"\0")
            control.recv(4096)
        shutil.rmtree(self.state)

    def run(self, *arguments, tracer=(), held=()):
        """(status, output, errors) of stampctl; whoever is asked to approve does. It and its tracer keep what is `held`."""
        process = subprocess.Popen(
            [*tracer, self.stage.stampctl, *arguments], env=self.environment, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, pass_fds=held,
        )  # fmt: skip
        watchdog = threading.Timer(PATIENCE, process.kill)
        watchdog.start()
        said, reader = [], threading.Thread(target=lambda: said.append(self.attend(process)))
        reader.start()
        output = process.stdout.read()
        process.wait()
        reader.join()
        process.stdout.close()
        process.stderr.close()
        if not watchdog.is_alive():
            raise Wrong("no end in time")
        watchdog.cancel()
        return process.returncode, output, said[0]

    def attend(self, process):
        """What it says on standard error; the page that it names is approved."""
        text = ""
        for line in process.stderr:
            text += line
            if address := re.search(r"http://localhost:\d+/\S+", line):
                with contextlib.suppress(OSError, http.client.HTTPException):
                    approve(address[0], self.passkey, PATIENCE)
        return text

    def log_in(self, **how):
        return self.run("login", "--no-open", "--json", "--session", self.session, "--timeout-seconds", "60", **how)

    def refresh(self, **how):
        return self.run("refresh", "--json", "--session", self.session, **how)

    def log_out(self, **how):
        return self.run("logout", "--json", "--session", self.session, **how)

    def works(self):
        """Whether store, frame and API agree on the session; else the words why not."""
        status, _, errors = self.run("whoami", "--json", "--session", self.session)
        if "damaged" in errors:
            raise Wrong(errors)
        return status == 0, errors

    def store(self):
        """The store's text; None where there is none."""
        files = list(pathlib.Path(self.state).rglob("*.json"))
        return files[0].read_text() if files else None

    def others(self):
        """The files beside the store and its lock."""
        names = [path.name for path in pathlib.Path(self.state).rglob("*") if path.is_file()]
        return [name for name in names if name.endswith(".new")]


COMMANDS = {"login": Client.log_in, "refresh": Client.refresh, "logout": Client.log_out}


def prepared(stage, command):
    client = Client(stage)
    if command != "login":
        status, _, errors = client.log_in()
        if status != 0:
            raise Wrong(f"the login before it ended with {status}: {errors[-300:]}")
    return client


def play(stage, command, call, when, is_store):
    client = prepared(stage, command)
    try:
        return judge(client, command, call, when, is_store)
    finally:
        client.close()


@contextlib.contextmanager
def failing(client, call, when, is_store):
    """What goes in front of stampctl's command line, and a function that tells whether it came to the call."""
    if call in PRELOADED and not is_store:
        with shim(client.stage.library, call, when) as (tracer, told):
            yield tracer, lambda: told()[0] >= when
        return
    error = "ENOSPC" if is_store and call in ("write", "fsync") else ERROR_OF.get(call, "EIO")
    tracer = ("strace", "-D", "-f", "-qq", "-o", "/dev/null", "-e", f"trace={call}", "-e", "signal=none",
              "-e", f"inject={call}:error={error}:when={when}")  # fmt: skip
    yield tracer + (client.only_store if is_store else ()), lambda: True


def judge(client, command, call, when, is_store):
    before, notes = client.store(), set()
    with failing(client, call, when, is_store) as (tracer, is_there):
        status, _, errors = COMMANDS[command](client, tracer=tracer)
        if not is_there():
            notes.add("was not asked for any more")
    if status == -signal.SIGALRM:
        raise NotTraced
    if status < 0 and (call not in LOOPS or is_store):
        raise Wrong(f"it ended by {signal.Signals(-status).name}: {errors[-300:]}")
    # Where the words themselves could not be written, there is the status.
    has_words = "stampctl: " in errors or "Error: " in errors or call in ("write", "writev") and not is_store
    if status > 0 and (not has_words or status not in ENDS):
        raise Wrong(f"it ended with {status}: {errors[-300:]!r}")
    notes.add(f"signal {signal.Signals(-status).name}" if status < 0 else f"an error in words ({status})" if status else "done")
    if client.others():
        notes.add("a temporary file stays")
    after = client.store()
    if after is not None:
        json.loads(after)
    works, why = client.works()
    if command == "login" and status == 0 and not works or command == "refresh" and not works:
        raise Wrong(f"it ended with {status}, and the session does not work: {errors[-300:]} {why[-300:]}")
    if command == "logout" and status == 0 and works:
        raise Wrong("it logged out, and the session works")
    if status != 0:
        notes.add("nothing changed" if after == before else "the store is another")
    return notes


def calls_of(client, play, *only):
    """How often each call is made by the thread that makes it most: strace counts for each thread."""
    with tempfile.TemporaryDirectory() as directory:
        tracer = ("strace", "-D", "-ff", "-qq", "-e", "signal=none", "-o", f"{directory}/trace", *only)
        ours, theirs = os.pipe()
        try:
            result = play(client, tracer=tracer, held=(theirs,))
        finally:
            os.close(theirs)
            # strace ends after what it traces.
            with open(ours, "rb") as file:
                file.read()
        demand_success(result)
        most = collections.Counter()
        for path in pathlib.Path(directory).iterdir():
            counts = collections.Counter(re.findall(r"^([a-z_0-9]+)\(", path.read_text(errors="replace"), re.MULTILINE))
            most |= counts
    return most


def calls_of_store(client, play):
    return calls_of(client, play, *client.only_store)


def demand_success(result):
    if result[0] == -signal.SIGALRM:
        raise NotTraced
    if result[0] != 0:
        sys.exit(f"the command without a fault fails: {result}")


def count_of(client, play, call):
    """How often the process makes one of the calls that the preloaded library counts."""
    with shim(client.stage.library, call, 0) as (tracer, told):
        demand_success(play(client, tracer=tracer))
        return told()[0]


def counted(stage, command, count, *arguments):
    """What `count` counts of a command without a fault, of a user of its own."""
    client = prepared(stage, command)
    try:
        return count(client, COMMANDS[command], *arguments)
    finally:
        client.close()


def points_of(stage, is_first):
    client = Client(stage)
    # What this makes too is the loader's and the language's.
    idle = traced(calls_of, client, lambda client, **how: client.run("--version", **how))
    client.close()
    for command in COMMANDS:
        for call in sorted(PRELOADED):
            places = range(1, counted(stage, command, count_of, call) + 1)
            for when in places[:1] if is_first else places:
                yield f"{command}: {call}", f"call {when}", (stage, command, call, when, False)
        for is_store in (False, True):
            counts = traced(counted, stage, command, calls_of_store if is_store else calls_of)
            for call in sorted(counts.keys() - LEFT_OUT - (set() if is_store else PRELOADED)):
                places = range(1 if is_store else idle[call] + 1, counts[call] + 1)
                what = f"{command}{', store' if is_store else ''}: {call}"
                for when in places[:1] if is_first and not is_store else places:
                    yield what, f"call {when}", (stage, command, call, when, is_store)


def main(binaries, is_first):
    with Stage(binaries) as stage:
        return live_all(list(points_of(stage, is_first)), play)


if __name__ == "__main__":
    sys.exit(main(os.path.abspath(sys.argv[1]), "--first" in sys.argv[2:]))
