# SPDX-License-Identifier: Apache-2.0
"""prove_stampers.py BINARIES LANGUAGE ...: the stampers of examples do what each case of stampers.json says.

BINARIES is the directory of stampd, stampctl and turnkey-sandbox.
"""

import contextlib
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import time
import urllib.request

from fake_frame import FakeFrame, listener
from proof import ok, require
from stamp_check import require_stamp

ROOT = pathlib.Path(__file__).resolve().parents[3]
PROGRAMS = ROOT / "Tests" / "Stampers"
BUILT = ROOT / ".build" / "stampers"
PATIENCE_SECONDS = 120


class Stage:
    """A frame with a session, and a sandbox that knows its key."""

    def __init__(self, binaries, directory, stack):
        self.binaries, self.directory = binaries, directory
        self.frame = f"{directory}/frame"
        os.mkdir(self.frame, 0o700)
        no_journal = ["--journal-socket", f"{directory}/no-journal"]
        stack.enter_context(self.start("stampd", "--socket-directory", self.frame, *no_journal))
        _wait_for(f"{self.frame}/control.sock")
        self.public_key = self.control("session", "create").strip()
        key = {"apiKeyName": "frame", "publicKey": self.public_key, "expirationSeconds": "900"}
        organization = {"organizationName": "Example", "users": [{"userName": "ada", "apiKeys": [key]}]}
        fixture = pathlib.Path(directory, "fixture.json")
        fixture.write_text(json.dumps({"organizations": [organization]}), encoding="utf-8")
        ready = pathlib.Path(directory, "ready.json")
        stack.enter_context(self.start("turnkey-sandbox", "--ready-file", str(ready), "--fixture", str(fixture)))
        _wait_for(ready)
        self.sandbox = json.loads(ready.read_text(encoding="utf-8"))
        self.control("session", "activate", self.public_key)

    @contextlib.contextmanager
    def start(self, program, *arguments):
        with open(f"{self.directory}/log", "ab") as log:
            process = subprocess.Popen([f"{self.binaries}/{program}", *arguments], stderr=log)
        try:
            yield
        finally:
            process.terminate()
            process.wait()

    def control(self, *arguments):
        environment = {**os.environ, "STAMPD_SOCKET_DIRECTORY": self.frame}
        command = [f"{self.binaries}/stampctl", *arguments]
        return subprocess.run(command, env=environment, check=True, stdout=subprocess.PIPE, text=True).stdout

    def send(self, body, name, value):
        """Sends a stamped request; returns the user's name of the answer."""
        url = f"{self.sandbox['baseUrl']}/public/v1/query/whoami"
        request = urllib.request.Request(url, body.encode(), {"Content-Type": "application/json", name: value})
        with urllib.request.urlopen(request, timeout=PATIENCE_SECONDS) as answer:
            return json.load(answer)["username"]


class Language:
    """Runs one language's program, which stamps its standard input once."""

    def __init__(self, name):
        self.name, self.takes_text, self.environment = name, name in ("python", "node"), dict(os.environ)
        match name:
            case "python":
                self.command = [sys.executable, "-B", f"{PROGRAMS}/python/stamp_once.py"]
                self.environment["PYTHONPATH"] = f"{ROOT}/examples/python"
            case "node":
                self.command = ["node", f"{PROGRAMS}/node/stamp_once.mjs"]
            case "go":
                self.command = [f"{BUILT}/go/stamp_once"]
                self.environment |= {"GOFLAGS": "-buildvcs=false", "GOPROXY": "off"}
                self.build("go", "build", "-o", *self.command, ".")
            case "rust":
                self.command = [f"{BUILT}/rust/debug/stamp_once"]
                self.environment["CARGO_TARGET_DIR"] = f"{BUILT}/rust"
                self.build("cargo", "build", "--quiet", "--offline")

    def build(self, *command):
        subprocess.run(command, cwd=PROGRAMS / self.name, env=self.environment, check=True)

    def stamp(self, socket_path, case, body):
        """Returns the words that the program printed."""
        kind, content = "bytes", body if isinstance(body, bytes) else body.encode(errors="surrogatepass")
        if self.takes_text and isinstance(body, str):
            kind, content = "text", json.dumps(body).encode()
        milliseconds = case.get("timeoutMilliseconds", PATIENCE_SECONDS * 1000)
        command = [*self.command, socket_path, case.get("session", "default"), str(milliseconds), kind]
        run = subprocess.run(
            command,
            input=content,
            env=self.environment,
            stdout=subprocess.PIPE,
            timeout=2 * PATIENCE_SECONDS,
            check=True,
        )
        return run.stdout.decode().split()


def _wait_for(path):
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not os.path.exists(path):
        if time.monotonic() > deadline:
            sys.exit(f"not so: {path} comes")
        time.sleep(0.01)  # between two looks at a file that another process makes


def _body(case, stage):
    match case.get("body", "{}"):
        case _ if case.get("send"):
            return json.dumps({"organizationId": stage.sandbox["organizationId"]})
        case {"hex": digits}:
            return bytes.fromhex(digits)
        case {"repeat": [text, count]}:
            return text * count
        case text:
            return text


def prove_real(stage, language, case):
    sentence, body = f"{language.name}: {case['name']}", _body(case, stage)
    if case.get("locked"):
        stage.control("lock")
    result = language.stamp(f"{stage.frame}/stamp.sock", case, body)
    if case.get("locked"):
        stage.control("unlock")
    if case["expect"] != {"stamp": "verified"}:
        return _require_expected(result, case, sentence)
    if case.get("send"):
        user = stage.send(body, *result[1:])
        require(user == "ada", f"{sentence}, which knows the user", user)
    reply = dict(zip(("stampHeaderName", "stampHeaderValue"), result[1:]))
    require_stamp(reply, stage.public_key, sentence, body)


def prove_fake(stage, language, case, directory):
    path, body = f"{directory}/stamp.sock", _body(case, stage)
    frame = FakeFrame(path, case["fake"])
    result = language.stamp(path, case, body)
    connections = frame.stop()
    sentence = f"{language.name}: {case['name']}"
    call = {"method": "io.stampd.Stamper.Stamp", "parameters": {"payload": body, "session": "default"}}
    is_called_right = connections == len(case["fake"]) and all(found == call for found in frame.calls)
    if not is_called_right:
        sys.exit(f"not so: {sentence}; {connections} connections, with {frame.calls!r:.300}")
    _require_expected(result, case, sentence)


def prove_listener(stage, language, case, directory):
    path = f"{directory}/{case.get('path', 'stamp.sock')}"
    with listener(case["listener"], directory, path):
        result = language.stamp(path, case, _body(case, stage))
    _require_expected(result, case, f"{language.name}: {case['name']}")


def _require_expected(result, case, sentence):
    match case["expect"]:
        case {"stamp": value}:
            expected = [["stamped", "X-Stamp", value]]
        case {"error": names, "fallback": fallback}:
            expected = [["refused", name, fallback] for name in names.split("|")]
    require(result in expected, sentence, result)


def main():
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    cases = json.loads((ROOT / "Tests" / "Fixtures" / "stampers.json").read_text(encoding="utf-8"))["cases"]
    with contextlib.ExitStack() as stack:
        directory = stack.enter_context(tempfile.TemporaryDirectory(prefix="stampers.", dir="/tmp"))
        stage = Stage(sys.argv[1], directory, stack)
        for language in map(Language, sys.argv[2:]):
            prove_language(stage, language, cases)


def prove_language(stage, language, cases):
    own = [case for case in cases if language.name in case.get("languages", [language.name])]
    if os.geteuid() != 0:
        own = [case for case in own if case.get("listener") != "stranger"]  # which only root has
    for case in own:
        with tempfile.TemporaryDirectory(prefix="stamper.", dir="/tmp") as directory:
            if "fake" in case:
                prove_fake(stage, language, case, directory)
            elif "listener" in case:
                prove_listener(stage, language, case, directory)
            else:
                prove_real(stage, language, case)
    ok(f"{language.name} does what {len(own)} cases say")


if __name__ == "__main__":
    main()
