# SPDX-License-Identifier: Apache-2.0
"""A Monitor call whose events are read aside."""

import queue
import threading

import varlink

from proof import require

WAIT_SECONDS = 120


class SentSignal(varlink.client.SimpleClientInterfaceHandler):
    """The client's own handler, which also tells when a call has been written."""

    def __init__(self, *arguments, **options):
        super().__init__(*arguments, **options)
        self.sent = threading.Event()

    def _send_message(self, out):
        super()._send_message(out)
        self.sent.set()


class Watcher:
    """Every event of the frame, from the constructor's return on."""

    def __init__(self, address):
        client = varlink.Client(address)
        client.handler = SentSignal
        self.connection = client.open("io.stampd.Stamper")
        self.connection.sent.clear()
        self.events = queue.Queue()
        threading.Thread(target=self._read, daemon=True).start()
        self.connection.sent.wait(WAIT_SECONDS)
        with varlink.Client(address).open("io.stampd.Stamper") as other:
            other.GetStatus()  # a round trip: the frame has read what was written before it

    def expect(self, *kinds, **members):
        """The next events are of these kinds, and the last has these members among its own."""
        found = []
        for _ in kinds:
            try:
                found.append(self.events.get(timeout=WAIT_SECONDS))
            except queue.Empty:
                break
        is_so = tuple(event["kind"] for event in found) == kinds and members.items() <= found[-1].items()
        require(is_so, f"Monitor tells {', then '.join(kinds)}", found)

    def close(self):
        """Returns whether every event was expected: none is left."""
        self.connection.close()
        return self.events.empty()

    def _read(self):
        try:
            for reply in self.connection.Monitor(_more=True):
                self.events.put(reply["event"])
        except OSError:
            pass  # closed
