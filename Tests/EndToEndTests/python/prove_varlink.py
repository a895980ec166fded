# SPDX-License-Identifier: Apache-2.0
"""prove_varlink.py SOCKET_DIRECTORY: PyPI's varlink introspects a frame and calls each method of its interfaces.

SOCKET_DIRECTORY is that of a stampd that was just started: it has no embedded key yet.
"""

import sys

import varlink

from frame_life import FrameLife
from interfaces import CONTROL, SERVICE, STAMPER, Recorder, methods
from proof import refused, require
from watcher import Watcher


class Proof:
    def __init__(self, directory):
        stamp_address, control_address = f"unix:{directory}/stamp.sock", f"unix:{directory}/control.sock"
        self.at_stamp, self.at_control = varlink.Client(stamp_address), varlink.Client(control_address)
        self.watcher = Watcher(stamp_address)

    def run(self):
        self.prove_introspection()
        stamper, control = Recorder(self.at_stamp, STAMPER), Recorder(self.at_control, CONTROL)
        FrameLife(stamper, control, Recorder(self.at_control, STAMPER), self.watcher).prove()
        self.prove_standard_errors(stamper)
        self.prove_all_called()

    def prove_introspection(self):
        for name, client, expected in (
            ("stamp", self.at_stamp, {SERVICE, STAMPER}),
            ("control", self.at_control, {SERVICE, STAMPER, CONTROL}),
        ):
            found = set(client.get_interfaces())
            require(found == expected, f"the {name} socket says that it serves {len(expected)} interfaces", found)
            members = ("vendor", "product", "version", "url")
            is_described = all(isinstance(client.info.get(member), str) for member in members)
            is_stampd = is_described and client.info["product"] == "stampd" and client.info["version"]
            require(is_stampd, f"GetInfo of the {name} socket says that this is stampd, and which", client.info)
        texts = [client.get_interface(STAMPER).description for client in (self.at_stamp, self.at_control)]
        require(texts[0] == texts[1], "both sockets describe io.stampd.Stamper alike", texts)
        with refused(f"{SERVICE}.InterfaceNotFound", "the stamp socket does not describe the control interface"):
            self.at_stamp.get_interface(CONTROL)

    def prove_standard_errors(self, stamper):
        self.at_stamp.add_interface(self.at_control.get_interface(CONTROL))
        with refused(f"{SERVICE}.InterfaceNotFound", "the stamp socket does not serve the control interface"):
            self.at_stamp.open(CONTROL).Lock()
        text = f"interface {STAMPER}\nmethod Conjure() -> ()\n"
        self.at_stamp.add_interface(varlink.Interface(text))
        with refused(f"{SERVICE}.MethodNotFound", "there is no such method"):
            self.at_stamp.open(STAMPER).Conjure()
        with refused(f"{SERVICE}.ExpectedMore", "Monitor asks for more"):
            stamper.Monitor()

    def prove_all_called(self):
        every = methods(self.at_control.get_interface(STAMPER)) | methods(self.at_control.get_interface(CONTROL))
        missing = every ^ Recorder.called
        require(not missing, f"all {len(every)} methods of both interfaces were called", missing)
        require(self.watcher.close(), "there was no other event than those told")


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    Proof(sys.argv[1]).run()


if __name__ == "__main__":
    main()
