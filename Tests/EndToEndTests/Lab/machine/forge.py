# SPDX-License-Identifier: Apache-2.0
"""forge.py MESSAGE_ID: writes a record to the journal that looks like a stamp of stampd's."""

import socket
import sys

FIELDS = {
    "MESSAGE": "stamped: uid 0, pid 1",
    "MESSAGE_ID": sys.argv[1],
    "PRIORITY": "6",
    "SYSLOG_IDENTIFIER": "stampd",
    "STAMPD_EVENT": "stamp",
    "STAMPD_SESSION": "forged",
    "STAMPD_DECISION": "allowed",
    # The journal drops what begins with an underscore.
    "_SYSTEMD_UNIT": "stampd.service",
    "_UID": "0",
}

with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as journal:
    record = "".join(f"{name}={value}\n" for name, value in FIELDS.items())
    journal.sendto(record.encode(), "/run/systemd/journal/socket")
