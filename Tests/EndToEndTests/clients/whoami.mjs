// SPDX-License-Identifier: Apache-2.0
// Asks the API of the environment who the key of the environment is, with Node's fetch and its crypto alone.
import { createPrivateKey, sign } from "node:crypto";

const { TURNKEY_API_BASE_URL, TURNKEY_API_PUBLIC_KEY, TURNKEY_API_PRIVATE_KEY, TURNKEY_ORGANIZATION_ID } = process.env;
// ECPrivateKey of RFC 5915 in DER, without the public key.
const der = Buffer.from(`30310201010420${TURNKEY_API_PRIVATE_KEY}a00a06082a8648ce3d030107`, "hex");
const key = createPrivateKey({ key: der, format: "der", type: "sec1" });
const body = JSON.stringify({ organizationId: TURNKEY_ORGANIZATION_ID });
const signature = sign("sha256", Buffer.from(body), key).toString("hex");
const json = { publicKey: TURNKEY_API_PUBLIC_KEY, scheme: "SIGNATURE_SCHEME_TK_API_P256", signature };
const answer = await fetch(`${TURNKEY_API_BASE_URL}/public/v1/query/whoami`, {
  method: "POST",
  headers: { "X-Stamp": Buffer.from(JSON.stringify(json)).toString("base64url") },
  body,
});
console.log(await answer.text());
