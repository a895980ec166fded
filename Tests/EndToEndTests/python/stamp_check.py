# SPDX-License-Identifier: Apache-2.0
"""What a stamp must be, checked by PyPI's cryptography."""

import base64
import json

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

from proof import require

PAYLOAD = '{"organizationId":"8f1d1c0e","note":"ein Fuß \\u0000 and a tab\t, 鍵 and 𝄞"}'


def require_stamp(reply, public_key, sentence, payload=PAYLOAD):
    """The reply is the X-Stamp header of this payload under this key, its members in order, unpadded."""
    value = reply["stampHeaderValue"]
    stamp = base64.urlsafe_b64decode(value + "=" * (-len(value) % 4)).decode()
    signature = json.loads(stamp)["signature"]
    members = {"publicKey": public_key, "scheme": "SIGNATURE_SCHEME_TK_API_P256", "signature": signature}
    expected = ("X-Stamp", json.dumps(members, separators=(",", ":")), False)
    is_form = (reply["stampHeaderName"], stamp, "=" in value) == expected
    require(is_form and verifies(public_key, signature, payload), sentence, reply)


def verifies(public_key, signature, payload):
    point = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), bytes.fromhex(public_key))
    try:
        point.verify(bytes.fromhex(signature), payload.encode(), ec.ECDSA(hashes.SHA256()))
    except InvalidSignature:
        return False
    return True
