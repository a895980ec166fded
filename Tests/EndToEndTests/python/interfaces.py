# SPDX-License-Identifier: Apache-2.0
"""The interfaces by name, and which of their methods a proof has called."""

import varlink

STAMPER, CONTROL, SERVICE = "io.stampd.Stamper", "io.stampd.Control", "org.varlink.service"


class Recorder:
    """An opened interface that remembers which of its methods were called."""

    called = set()

    def __init__(self, client, interface):
        self._handler, self._interface = client.open(interface), interface

    def __getattr__(self, method):
        Recorder.called.add(f"{self._interface}.{method}")
        return getattr(self._handler, method)


def methods(interface):
    """The full names of a described interface's methods."""
    members = interface.members.items()
    return {f"{interface.name}.{name}" for name, member in members if isinstance(member, varlink.scanner._Method)}
