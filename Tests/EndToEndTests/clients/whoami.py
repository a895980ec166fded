# SPDX-License-Identifier: Apache-2.0
"""Asks the API of the environment who the key of the environment is, with PyPI's requests."""

import json
import os

import requests
from turnkey_api_key_stamper import ApiKeyStamper, ApiKeyStamperConfig

keys = ApiKeyStamperConfig(os.environ["TURNKEY_API_PUBLIC_KEY"], os.environ["TURNKEY_API_PRIVATE_KEY"])
body = json.dumps({"organizationId": os.environ["TURNKEY_ORGANIZATION_ID"]})
stamp = ApiKeyStamper(keys).stamp(body)
answer = requests.post(
    f"{os.environ['TURNKEY_API_BASE_URL']}/public/v1/query/whoami",
    data=body,
    headers={stamp.stamp_header_name: stamp.stamp_header_value, "Content-Type": "application/json"},
    timeout=120,
)
print(answer.text)
