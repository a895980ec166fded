# SPDX-License-Identifier: Apache-2.0
"""A script for Turnkey as its documentation has them: it knows an API key, an organization and an address."""

import os

from turnkey_api_key_stamper import ApiKeyStamper, ApiKeyStamperConfig
from turnkey_http import TurnkeyClient
from turnkey_sdk_types import CreateApiKeysBody, v1ApiKeyParamsV2


def make_client():
    keys = ApiKeyStamperConfig(os.environ["TURNKEY_API_PUBLIC_KEY"], os.environ["TURNKEY_API_PRIVATE_KEY"])
    return TurnkeyClient(
        os.environ["TURNKEY_API_BASE_URL"],
        ApiKeyStamper(keys),
        os.environ["TURNKEY_ORGANIZATION_ID"],
        polling_interval_ms=50,
    )


def main():
    client = make_client()
    who = client.get_whoami()
    print(who.username)
    new = v1ApiKeyParamsV2(
        apiKeyName="By a script – 鍵", publicKey=os.environ["NEW_PUBLIC_KEY"], curveType="API_KEY_CURVE_P256",
        expirationSeconds="600",
    )
    print(client.create_api_keys(CreateApiKeysBody(apiKeys=[new], userId=who.userId)).activity.status.value)


if __name__ == "__main__":
    main()
