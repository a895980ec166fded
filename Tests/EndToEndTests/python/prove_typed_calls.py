# SPDX-License-Identifier: Apache-2.0
"""prove_typed_calls.py READY_FILE EXAMPLES: Turnkey's Python client, as it is, with the key and the address of the
environment, makes every call that turnkey-sandbox serves.

READY_FILE is that of a turnkey-sandbox with the fixture EXAMPLES/acme.json, whose root user the key is. AUTHENTICATOR in
the environment is a passkey's registration in JSON.
"""

import hashlib
import json
import os
import pathlib
import sys

import requests
from turnkey_api_key_stamper import ApiKeyStamper, ApiKeyStamperConfig
from turnkey_http import TurnkeyClient
from turnkey_sdk_types import (
    ApproveActivityBody,
    CreateApiKeysBody,
    CreateAuthenticatorsBody,
    CreateReadOnlySessionBody,
    CreateReadWriteSessionBody,
    CreateSessionProfileBody,
    CreateSubOrganizationBody,
    CreateUsersBody,
    CreateWalletAccountsBody,
    CreateWalletBody,
    DeleteApiKeysBody,
    DeleteAuthenticatorsBody,
    EmailAuthBody,
    EthSendTransactionBody,
    GetActivitiesBody,
    GetActivityBody,
    GetApiKeyBody,
    GetApiKeysBody,
    GetAuthenticatorBody,
    GetAuthenticatorsBody,
    GetSendTransactionStatusBody,
    GetSessionProfileBody,
    GetSessionProfilesBody,
    GetSubOrgIdsBody,
    GetUserBody,
    GetWalletAccountBody,
    GetWalletAccountsBody,
    GetWalletBody,
    RejectActivityBody,
    SignRawPayloadBody,
    SignRawPayloadsBody,
    SignTransactionBody,
    StampLoginBody,
    TurnkeyActivityConsensusNeededError,
    v1EmailAuthCustomizationParams,
    v1EthCallParams,
    v1RootUserParamsV4,
    v1UserParamsV3,
)

from proof import ok, require
from prove_sandbox import ACME, ADA, Key, new_target
from prove_signing import PAYMENTS, SECOND, SIGNED, TREASURY, UNSIGNED, account
from turnkey_script import make_client


class Wire:
    """What requests sends, noted on its way: each path, with the statuses of its answers."""

    def __init__(self, base_url):
        self.statuses = {}
        send = requests.Session.send

        def note(session, request, **options):
            answer = send(session, request, **options)
            if request.url.startswith(base_url):
                self.statuses.setdefault(request.path_url, []).append(answer.status_code)
            return answer

        requests.Session.send = note


class Calls:
    def __init__(self, ready_file, examples):
        sandbox = json.loads(pathlib.Path(ready_file).read_text(encoding="utf-8"))
        self.ada = make_client()
        grace = Key(pathlib.Path(examples) / "grace.json")
        stamper = ApiKeyStamper(ApiKeyStamperConfig(grace.public, grace.private))
        self.grace = TurnkeyClient(sandbox["baseUrl"], stamper, ACME)

    def make_users_and_keys(self):
        ada, user = self.ada, {"authenticators": [], "oauthProviders": []}
        require(ada.get_whoami().userId == ADA, "the key is the root user's")
        root = v1RootUserParamsV4(userName="Hedy", apiKeys=[Key().parameters()], **user)
        below = ada.create_sub_organization(
            CreateSubOrganizationBody(subOrganizationName="Below", rootUsers=[root], rootQuorumThreshold=1)
        )
        found = ada.get_sub_org_ids(GetSubOrgIdsBody(filterType="NAME", filterValue="Below")).organizationIds
        require(found == [below.subOrganizationId], "an organization is made and found", found)
        mary = v1UserParamsV3(userName="Mary", apiKeys=[Key().parameters()], userTags=[], **user)
        made = ada.create_users(CreateUsersBody(users=[mary])).userIds[0]
        require(ada.get_user(GetUserBody(userId=made)).user.userName == "Mary", "a user is made and shown")
        require(made in [entry.userId for entry in ada.get_users().users], "and listed")
        key = ada.create_api_keys(CreateApiKeysBody(userId=made, apiKeys=[Key().parameters("鍵")])).apiKeyIds[0]
        require(ada.get_api_key(GetApiKeyBody(apiKeyId=key)).apiKey.apiKeyName == "鍵", "a key is made and shown")
        ada.delete_api_keys(DeleteApiKeysBody(userId=made, apiKeyIds=[key]))
        left = [entry.apiKeyId for entry in ada.get_api_keys(GetApiKeysBody(userId=made)).apiKeys]
        require(key not in left and len(left) == 1, "and deleted", left)

    def make_passkeys_and_sessions(self):
        ada, passkey = self.ada, json.loads(os.environ["AUTHENTICATOR"])
        body = CreateAuthenticatorsBody(userId=ADA, authenticators=[passkey])
        made = ada.create_authenticators(body).authenticatorIds[0]
        one = ada.get_authenticator(GetAuthenticatorBody(authenticatorId=made)).authenticator
        listed = ada.get_authenticators(GetAuthenticatorsBody(userId=ADA)).authenticators
        require(listed == [one], "a passkey is made, shown and listed", listed)
        ada.delete_authenticators(DeleteAuthenticatorsBody(userId=ADA, authenticatorIds=[made]))
        profile = CreateSessionProfileBody(sessionProfileName="P", scope="activity.action == 'SIGN'", expirationSeconds="60")
        made = ada.create_session_profile(profile).sessionProfileId
        one = ada.get_session_profile(GetSessionProfileBody(sessionProfileId=made)).sessionProfile
        require(ada.get_session_profiles(GetSessionProfilesBody()).sessionProfiles[-1] == one, "a profile is made, shown and listed", one)
        token = ada.stamp_login(StampLoginBody(publicKey=Key().public, expirationSeconds="60")).session
        require(token.count(".") == 2, "a login answers a token", token)
        require(ada.create_read_only_session(CreateReadOnlySessionBody()).userId == ADA, "a session that reads is made")
        bundle = ada.create_read_write_session(CreateReadWriteSessionBody(targetPublicKey=new_target()))
        require(bundle.userId == ADA, "a session that writes is made")
        app = v1EmailAuthCustomizationParams(appName="Acme")
        body = EmailAuthBody(email="ada@acme.example", targetPublicKey=new_target(), emailCustomization=app)
        require(ada.email_auth(body).userId == ADA, "a bundle is mailed")

    def sign(self):
        ada = self.ada
        made = ada.create_wallet(CreateWalletBody(walletName="New", accounts=[account("m/0")]))
        more = ada.create_wallet_accounts(CreateWalletAccountsBody(walletId=made.walletId, accounts=[account("m/1")]))
        accounts = ada.get_wallet_accounts(GetWalletAccountsBody(walletId=made.walletId)).accounts
        found = [entry.address for entry in accounts]
        require(found == made.addresses + more.addresses, "a wallet is made with two accounts", found)
        one = GetWalletAccountBody(walletId=made.walletId, address=found[0])
        require(ada.get_wallet_account(one).account == accounts[0], "an account is shown")
        shown = ada.get_wallet(GetWalletBody(walletId=TREASURY)).wallet
        require(shown in ada.get_wallets().wallets, "a wallet is shown and listed", shown)
        how = {"encoding": "PAYLOAD_ENCODING_HEXADECIMAL", "hashFunction": "HASH_FUNCTION_NO_OP", "signWith": PAYMENTS}
        digest = hashlib.sha256(b"").hexdigest()
        one = ada.sign_raw_payload(SignRawPayloadBody(payload=digest, **how))
        several = ada.sign_raw_payloads(SignRawPayloadsBody(payloads=[digest], **how)).signatures
        require((several[0].r, several[0].s) == (one.r, one.s), "hashes are signed", several)
        require(ada.sign_transaction(self.transaction()).signedTransaction == SIGNED, "a transaction is signed")
        call = v1EthCallParams(to=SECOND, value="1")
        gas = {"nonce": "7", "gasLimit": "21000", "maxFeePerGas": "2", "maxPriorityFeePerGas": "1"}
        sent = ada.eth_send_transaction(
            EthSendTransactionBody(**{"from": PAYMENTS}, caip2="eip155:8453", calls=[call], **gas)
        )
        body = GetSendTransactionStatusBody(sendTransactionStatusId=sent.sendTransactionStatusId)
        require(ada.get_send_transaction_status(body).txStatus == "INITIALIZED", "a transaction is sent")

    def transaction(self):
        return SignTransactionBody(
            signWith=PAYMENTS, unsignedTransaction=UNSIGNED, type="TRANSACTION_TYPE_ETHEREUM"
        )

    def decide(self):
        for vote, body, status in [
            (self.ada.approve_activity, ApproveActivityBody, "ACTIVITY_STATUS_COMPLETED"),
            (self.ada.reject_activity, RejectActivityBody, "ACTIVITY_STATUS_REJECTED"),
        ]:
            try:
                self.grace.sign_transaction(self.transaction())
            except TurnkeyActivityConsensusNeededError as error:
                waiting = self.ada.get_activity(GetActivityBody(activityId=error.activity_id)).activity
            require(waiting.id in [entry.id for entry in self.ada.get_activities(GetActivitiesBody()).activities], "what waits is listed")
            decided = vote(body(fingerprint=waiting.fingerprint)).activity.status
            require(getattr(decided, "value", decided) == status, f"it is {status}", decided)


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    wire = Wire(os.environ["TURNKEY_API_BASE_URL"])
    calls = Calls(sys.argv[1], sys.argv[2])
    calls.make_users_and_keys()
    calls.make_passkeys_and_sessions()
    calls.sign()
    calls.decide()
    refused = {path: statuses for path, statuses in wire.statuses.items() if set(statuses) != {200}}
    require(not refused, "each call was answered with 200", refused)
    for path in sorted(wire.statuses):
        ok(f"called {path}")


if __name__ == "__main__":
    main()
