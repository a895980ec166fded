# SPDX-License-Identifier: Apache-2.0
"""prove_sandbox.py READY_FILE EXAMPLES LIMITED: Turnkey's Python client, as it is, works with what turnkey-sandbox serves.

READY_FILE is that of a turnkey-sandbox with the fixture EXAMPLES/acme.json; EXAMPLES holds its keys. LIMITED is that of
one with a rate limit.
"""

import base64
import json
import pathlib
import sys

import requests
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from turnkey_api_key_stamper import ApiKeyStamper, ApiKeyStamperConfig
from turnkey_http import TurnkeyClient
from turnkey_sdk_types import (
    CreateApiKeysBody,
    CreateReadOnlySessionBody,
    CreateReadWriteSessionBody,
    CreateSessionProfileBody,
    CreateSubOrganizationBody,
    CreateUsersBody,
    DeleteApiKeysBody,
    DeleteAuthenticatorsBody,
    EmailAuthBody,
    GetApiKeysBody,
    GetAuthenticatorBody,
    GetAuthenticatorsBody,
    GetSessionProfileBody,
    GetSessionProfilesBody,
    GetSubOrgIdsBody,
    GetUserBody,
    StampLoginBody,
    TurnkeyNetworkError,
    v1ApiKeyParamsV2,
    v1EmailAuthCustomizationParams,
    v1RootUserParamsV4,
    v1UserParamsV3,
)

from proof import require

ACME, WALLET = "5a4db0c5-0000-4000-8000-000000000001", "5a4db0c5-0000-4000-8000-000000000002"
ADA, GRACE, LINUS = (f"5a4db0c5-0000-4000-8000-0000000000{number}" for number in (11, 12, 21))


class Key:
    """An API key: a new one, or that of a file."""

    def __init__(self, file=None):
        if file:
            parts = json.loads(file.read_text(encoding="utf-8"))
            self.public, self.private = parts["publicKey"], parts["privateKey"]
        else:
            key = ec.generate_private_key(ec.SECP256R1())
            self.public = key.public_key().public_bytes(Encoding.X962, PublicFormat.CompressedPoint).hex()
            self.private = f"{key.private_numbers().private_value:064x}"

    def parameters(self, name="Key", seconds=None):
        return v1ApiKeyParamsV2(
            apiKeyName=name, publicKey=self.public, curveType="API_KEY_CURVE_P256", expirationSeconds=seconds
        )


def new_target():
    """An uncompressed public key to which something is sealed that nobody here opens."""
    public = ec.generate_private_key(ec.SECP256R1()).public_key()
    return public.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint).hex()


class Proof:
    def __init__(self, ready_file, examples):
        self.sandbox = json.loads(pathlib.Path(ready_file).read_text(encoding="utf-8"))
        self.examples = pathlib.Path(examples)
        root = Key()
        root.public, root.private = self.sandbox["apiPublicKey"], self.sandbox["apiPrivateKey"]
        self.root = root
        self.ada = self.client(root)
        self.grace = self.client(Key(self.examples / "grace.json"))
        self.linus_key = Key(self.examples / "linus.json")
        self.linus = self.client(self.linus_key, WALLET)

    def client(self, key, organization=ACME):
        stamper = ApiKeyStamper(ApiKeyStamperConfig(key.public, key.private))
        return TurnkeyClient(self.sandbox["baseUrl"], stamper, organization, polling_interval_ms=20)

    def refused(self, status, code, sentence, call):
        try:
            answer = call()
        except TurnkeyNetworkError as error:
            found = (error.status_code, json.loads(error.cause)["turnkeyErrorCode"])
            require(found == (status, code), sentence, found)
        else:
            sys.exit(f"not so: {sentence}; it was answered: {answer!r}")

    def make_sub_organization(self, name, key):
        user = v1RootUserParamsV4(
            userName=name, apiKeys=[key.parameters()], authenticators=[], oauthProviders=[]
        )
        body = CreateSubOrganizationBody(subOrganizationName=name, rootUsers=[user], rootQuorumThreshold=1)
        return self.ada.create_sub_organization(body)

    def prove_sub_organizations(self):
        key = Key()
        made = self.make_sub_organization("Hedy", key)
        whoami = self.client(key).get_whoami()
        found = (whoami.organizationId, whoami.userId)
        expected = (made.subOrganizationId, made.rootUserIds[0])
        require(found == expected, "create_sub_organization: its root user is found in the parent's name", found)
        users = self.client(self.root, made.subOrganizationId).get_users().users
        require([user.userName for user in users] == ["Hedy"], "the parent reads what is below", users)
        found = self.ada.get_sub_org_ids(GetSubOrgIdsBody(filterType="PUBLIC_KEY", filterValue=key.public))
        require(found.organizationIds == [made.subOrganizationId], "get_sub_org_ids finds it by its key", found)
        below = self.client(self.root, made.subOrganizationId)
        body = CreateApiKeysBody(userId=made.rootUserIds[0], apiKeys=[Key().parameters()])
        sentence = "a write below with the parent's key is 400 ORGANIZATION_MISMATCH"
        self.refused(400, "ORGANIZATION_MISMATCH", sentence, lambda: below.create_api_keys(body))
        self.make_sub_organization("Hedy's twin", key)
        sentence = "a key of two sub-organizations is 401 CREDENTIAL_CONFLICT in the parent's name"
        self.refused(401, "CREDENTIAL_CONFLICT", sentence, self.client(key).get_whoami)

    def prove_users(self):
        key = Key()
        user = v1UserParamsV3(
            userName="Mary", apiKeys=[key.parameters()], authenticators=[], oauthProviders=[], userTags=[]
        )
        made = self.ada.create_users(CreateUsersBody(users=[user]))
        found = self.ada.get_user(GetUserBody(userId=made.userIds[0])).user
        require(found.userName == "Mary", "create_users makes a user, whom get_user shows", found)
        mary = self.client(key)
        sentence = "a user without a policy is 403 REQUEST_NOT_AUTHORIZED"
        self.refused(403, "REQUEST_NOT_AUTHORIZED", sentence, lambda: mary.create_users(CreateUsersBody(users=[user])))
        body = DeleteApiKeysBody(userId=GRACE, apiKeyIds=["5a4db0c5-0000-4000-8000-000000000121"])
        sentence = "what a policy denies is 403 REQUEST_NOT_AUTHORIZED, though it is one's own"
        self.refused(403, "REQUEST_NOT_AUTHORIZED", sentence, lambda: self.grace.delete_api_keys(body))
        self.ada.delete_api_keys(body)
        sentence = "delete_api_keys: the key is 401 PUBLIC_KEY_NOT_FOUND from then on"
        self.refused(401, "PUBLIC_KEY_NOT_FOUND", sentence, self.grace.get_whoami)

    def prove_authenticators(self):
        listed = self.ada.get_authenticators(GetAuthenticatorsBody(userId=GRACE)).authenticators
        passkey = json.loads((self.examples / "grace-passkey.json").read_text(encoding="utf-8"))
        found = [(item.credentialId, item.credential.publicKey) for item in listed]
        require(found == [(passkey["credentialId"], passkey["publicKey"])], "get_authenticators lists a passkey", found)
        one = self.ada.get_authenticator(GetAuthenticatorBody(authenticatorId=listed[0].authenticatorId))
        require(one.authenticator == listed[0], "get_authenticator shows the same", one)
        self.ada.delete_authenticators(
            DeleteAuthenticatorsBody(userId=GRACE, authenticatorIds=[listed[0].authenticatorId])
        )
        left = self.ada.get_authenticators(GetAuthenticatorsBody(userId=GRACE)).authenticators
        require(left == [], "delete_authenticators removes it", left)

    def prove_session_profiles(self):
        made = self.ada.create_session_profile(
            CreateSessionProfileBody(
                sessionProfileName="Looker", scope="activity.action == 'DELETE'", expirationSeconds="60"
            )
        )
        profiles = self.ada.get_session_profiles(GetSessionProfilesBody()).sessionProfiles
        body = GetSessionProfileBody(sessionProfileId=made.sessionProfileId)
        one = self.ada.get_session_profile(body).sessionProfile
        require(profiles[-1] == one, "create_session_profile makes a profile, which both queries show", profiles)
        key = Key()
        token = self.linus.stamp_login(
            StampLoginBody(publicKey=key.public, expirationSeconds="900", sessionProfileId=made.sessionProfileId)
        ).session
        payload = token.split(".")[1]
        claims = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
        found = (claims["session_profile_id"], claims["scope"], claims["session_type"], claims["organization_id"])
        expected = (made.sessionProfileId, one.scope, "Looker", WALLET)
        require(found == expected, "stamp_login: the token names the profile and its scope", found)
        session = self.client(key, WALLET)
        listed = session.get_api_keys(GetApiKeysBody(userId=LINUS)).apiKeys[-1]
        found = (listed.credential.sessionProfileId, listed.expirationSeconds)
        require(found == (made.sessionProfileId, "60"), "the session is as short as its profile", found)
        body = CreateApiKeysBody(userId=LINUS, apiKeys=[Key().parameters()])
        sentence = "what is beyond the session's scope is 403 REQUEST_NOT_AUTHORIZED"
        self.refused(403, "REQUEST_NOT_AUTHORIZED", sentence, lambda: session.create_api_keys(body))

    def prove_sessions(self):
        made = self.linus.create_read_only_session(CreateReadOnlySessionBody())
        answer = requests.post(
            f"{self.sandbox['baseUrl']}/public/v1/query/whoami",
            data=json.dumps({"organizationId": ACME}),
            headers={"X-Session": made.session},
            timeout=30,
        ).json()
        require(answer["userId"] == LINUS == made.userId, "create_read_only_session: X-Session reads as its user", answer)
        bundle = self.linus.create_read_write_session(CreateReadWriteSessionBody(targetPublicKey=new_target()))
        found = (bundle.userId, len(bundle.credentialBundle) in (115, 116))
        require(found == (LINUS, True), "create_read_write_session answers a bundle", found)

    def prove_email_auth(self):
        body = EmailAuthBody(
            email="linus@example.com",
            targetPublicKey=new_target(),
            emailCustomization=v1EmailAuthCustomizationParams(appName="Acme"),
        )
        made = self.client(Key(self.examples / "grace.json"), WALLET).email_auth(body)
        mailbox = requests.get(f"{self.sandbox['baseUrl']}/sandbox/mailbox", timeout=30).json()["messages"]
        found = [(mail["to"], mail["userId"], mail["apiKeyId"]) for mail in mailbox]
        expected = [("linus@example.com", LINUS, made.apiKeyId)]
        require(found == expected, "email_auth: the bundle is in the mailbox", found)
        keys = self.linus.get_api_keys(GetApiKeysBody(userId=LINUS)).apiKeys
        kinds = [getattr(key.credential.type, "value", key.credential.type) for key in keys]
        require("CREDENTIAL_TYPE_EMAIL_AUTH_KEY_P256" in kinds, "its key is the user's", kinds)


def prove_rate_limit(ready_file):
    sandbox = json.loads(pathlib.Path(ready_file).read_text(encoding="utf-8"))
    stamper = ApiKeyStamper(ApiKeyStamperConfig(sandbox["apiPublicKey"], sandbox["apiPrivateKey"]))
    client = TurnkeyClient(sandbox["baseUrl"], stamper, sandbox["organizationId"])
    for _ in range(1000):
        try:
            client.get_whoami()
        except TurnkeyNetworkError as error:
            found = (error.status_code, json.loads(error.cause)["code"])
            require(found == (429, 8), "over the rate limit is 429", found)
            return
    sys.exit("not so: a thousand requests were not one too many for a second")


def main():
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    proof = Proof(sys.argv[1], sys.argv[2])
    proof.prove_sub_organizations()
    proof.prove_email_auth()
    proof.prove_session_profiles()
    proof.prove_sessions()
    proof.prove_authenticators()
    proof.prove_users()
    prove_rate_limit(sys.argv[3])


if __name__ == "__main__":
    main()
