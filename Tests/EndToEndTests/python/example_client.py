# SPDX-License-Identifier: Apache-2.0
"""What the documentation shows of Turnkey's client with a frame as its stamper."""

from turnkey_http import TurnkeyClient
from socket_stamper import SocketStamper


def user_name(organization_id, base_url="https://api.turnkey.com", stamp_socket="/run/stampd/stamp.sock"):
    """The name of the user whom the frame's session belongs to."""
    client = TurnkeyClient(base_url, SocketStamper(stamp_socket), organization_id)
    return client.get_whoami().username
