#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Asks the API of the environment who the key of the environment is, with curl and openssl alone.
set -eu
body="{\"organizationId\":\"$TURNKEY_ORGANIZATION_ID\"}"
key=$(mktemp)
trap 'rm "$key"' EXIT
# ECPrivateKey of RFC 5915 in DER, without the public key.
der=30310201010420${TURNKEY_API_PRIVATE_KEY}a00a06082a8648ce3d030107
printf %s "$der" | tr a-f A-F | basenc --base16 --decode > "$key"
signature=$(printf %s "$body" | openssl dgst -sha256 -keyform DER -sign "$key" | basenc --base16 --wrap 0 | tr A-F a-f)
json="{\"publicKey\":\"$TURNKEY_API_PUBLIC_KEY\",\"scheme\":\"SIGNATURE_SCHEME_TK_API_P256\",\"signature\":\"$signature\"}"
stamp=$(printf %s "$json" | basenc --base64url --wrap 0 | tr -d =)
curl --silent --show-error --max-time 120 ${SOCKET:+--unix-socket "$SOCKET"} --data "$body" \
    --header "X-Stamp: $stamp" --header 'Content-Type: application/json' "$TURNKEY_API_BASE_URL/public/v1/query/whoami"
