# SPDX-License-Identifier: Apache-2.0
"""prove_signing.py READY_FILE EXAMPLES: Turnkey's Python client, as it is, signs with turnkey-sandbox's wallets.

READY_FILE is that of a turnkey-sandbox with the fixture EXAMPLES/acme.json; EXAMPLES holds its keys.
"""

import hashlib
import json
import pathlib
import sys
import threading
import time

import requests
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, utils
from turnkey_api_key_stamper import ApiKeyStamper, ApiKeyStamperConfig
from turnkey_http import TurnkeyClient
from turnkey_http.generated.client import PollingConfig
from turnkey_sdk_types import (
    ApproveActivityBody,
    CreateSubOrganizationBody,
    CreateWalletAccountsBody,
    CreateWalletBody,
    EthSendTransactionBody,
    GetActivitiesBody,
    GetActivityBody,
    GetSendTransactionStatusBody,
    GetWalletAccountBody,
    GetWalletAccountsBody,
    GetWalletBody,
    RejectActivityBody,
    SignRawPayloadBody,
    SignRawPayloadsBody,
    SignTransactionBody,
    TurnkeyActivityConsensusNeededError,
    TurnkeyActivityError,
    TurnkeyNetworkError,
    v1EthCallParams,
    v1RootUserParamsV4,
    v1WalletAccountParams,
    v1WalletParams,
)

from proof import require

ACME = "5a4db0c5-0000-4000-8000-000000000001"
TREASURY = "5a4db0c5-0000-4000-8000-000000000017"
PAYMENTS, SECOND = "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266", "0x70997970C51812dc3A010C7d01b50e0d17dc79C8"

# 0.05 ether from the first address to the second on chain 8453; signed, it is what eth-account makes of it.
UNSIGNED = "02f082210507843b9aca0084773594008252089470997970c51812dc3a010c7d01b50e0d17dc79c887b1a2bc2ec5000080c0"
SIGNED = (
    "02f87382210507843b9aca0084773594008252089470997970c51812dc3a010c7d01b50e0d17dc79c887b1a2bc2ec5000080c001a0edd73767"
    "ac81a7c6357d698f2d8ec2da8175249cbb832800ebd9b30cc9464c88a00b02bd61e4fecea05d6145029ee726c9b39c779c56a962e6904bef6a"
    "014f0c58"
)
HASH = "0xb68fcf41ebab5228719820c61d3f20de158bee2981f46f7ecc75e4bb8ca2c3cf"
WAIT_SECONDS = 30


def account(path, name=None):
    return v1WalletAccountParams(
        curve="CURVE_SECP256K1",
        pathFormat="PATH_FORMAT_BIP32",
        path=path,
        addressFormat="ADDRESS_FORMAT_ETHEREUM",
        name=name,
    )


def holds(signature, digest, public_key):
    """Whether cryptography, OpenSSL's other face, takes the signature for one of the 32 bytes by that key."""
    key = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256K1(), bytes.fromhex(public_key))
    der = utils.encode_dss_signature(int(signature.r, 16), int(signature.s, 16))
    try:
        key.verify(der, digest, ec.ECDSA(utils.Prehashed(hashes.SHA256())))
    except InvalidSignature:
        return False
    return True


def status_of(activity):
    return getattr(activity.status, "value", activity.status)


class Proof:
    def __init__(self, ready_file, examples):
        self.sandbox = json.loads(pathlib.Path(ready_file).read_text(encoding="utf-8"))
        self.ada = self.client(self.sandbox["apiPublicKey"], self.sandbox["apiPrivateKey"])
        grace = json.loads((pathlib.Path(examples) / "grace.json").read_text(encoding="utf-8"))
        self.grace_keys = (grace["publicKey"], grace["privateKey"])
        self.grace = self.client(*self.grace_keys)

    def client(self, public, private, organization=ACME, **options):
        stamper = ApiKeyStamper(ApiKeyStamperConfig(public, private))
        return TurnkeyClient(self.sandbox["baseUrl"], stamper, organization, polling_interval_ms=20, **options)

    def refused(self, status, text, sentence, call):
        try:
            answer = call()
        except TurnkeyNetworkError as error:
            found = (error.status_code, json.loads(error.cause)["message"])
            require(found[0] == status and text in found[1], sentence, found)
        else:
            sys.exit(f"not so: {sentence}; it was answered: {answer!r}")

    def sent(self):
        return requests.get(f"{self.sandbox['baseUrl']}/sandbox/transactions", timeout=30).json()["transactions"]

    def prove_wallets(self):
        wallets = self.ada.get_wallets().wallets
        found = [(wallet.walletId, wallet.walletName) for wallet in wallets]
        require(found == [(TREASURY, "Treasury")], "get_wallets lists the fixture's wallet", found)
        one = self.ada.get_wallet(GetWalletBody(walletId=TREASURY)).wallet
        require(one == wallets[0], "get_wallet shows the same", one)
        accounts = self.ada.get_wallet_accounts(GetWalletAccountsBody(walletId=TREASURY)).accounts
        found = [entry.address for entry in accounts]
        require(found == [PAYMENTS, SECOND], "get_wallet_accounts: the known words have the known addresses", found)
        one = self.ada.get_wallet_account(GetWalletAccountBody(walletId=TREASURY, address=PAYMENTS)).account
        require(one == accounts[0], "get_wallet_account shows the same", one)
        made = self.ada.create_wallet(
            CreateWalletBody(walletName="New", accounts=[account("m/44'/60'/0'/0/0", "First")], mnemonicLength=24)
        )
        more = self.ada.create_wallet_accounts(
            CreateWalletAccountsBody(walletId=made.walletId, accounts=[account("m/44'/60'/0'/0/1")])
        )
        listed = self.ada.get_wallet_accounts(GetWalletAccountsBody(walletId=made.walletId)).accounts
        found = [entry.address for entry in listed]
        sentence = "create_wallet and create_wallet_accounts make what is listed"
        require(found == made.addresses + more.addresses and len(found) == 2, sentence, found)
        body = CreateWalletBody(walletName="x", accounts=[account("m")])
        self.refused(400, "invalid path", "a path of no step is 400", lambda: self.ada.create_wallet(body))
        root = v1RootUserParamsV4(userName="Hedy", apiKeys=[], authenticators=[], oauthProviders=[])
        made = self.ada.create_sub_organization(
            CreateSubOrganizationBody(
                subOrganizationName="Hedy's",
                rootUsers=[root],
                rootQuorumThreshold=1,
                wallet=v1WalletParams(walletName="Hedy's wallet", accounts=[account("m/0")]),
            )
        )
        body = GetWalletAccountsBody(organizationId=made.subOrganizationId, walletId=made.wallet.walletId)
        found = [entry.address for entry in self.ada.get_wallet_accounts(body).accounts]
        require(found == made.wallet.addresses, "create_sub_organization makes the wallet that it is asked for", found)

    def prove_signatures(self):
        signed = self.ada.sign_transaction(self.transaction()).signedTransaction
        require(signed == SIGNED, "sign_transaction answers what eth-account makes of it", signed)
        public_key = self.ada.get_wallet_accounts(GetWalletAccountsBody(walletId=TREASURY)).accounts[0].publicKey
        text = "Grüße – 鍵"
        one = self.ada.sign_raw_payload(
            SignRawPayloadBody(
                signWith=PAYMENTS,
                payload=text,
                encoding="PAYLOAD_ENCODING_TEXT_UTF8",
                hashFunction="HASH_FUNCTION_SHA256",
            )
        )
        digest = hashlib.sha256(text.encode()).digest()
        require(holds(one, digest, public_key), "sign_raw_payload signs the SHA-256 of a text", one)
        digests = [hashlib.sha256(bytes([number])).digest() for number in range(3)]
        several = self.ada.sign_raw_payloads(
            SignRawPayloadsBody(
                signWith=PAYMENTS,
                payloads=[digest.hex() for digest in digests],
                encoding="PAYLOAD_ENCODING_HEXADECIMAL",
                hashFunction="HASH_FUNCTION_NO_OP",
            )
        ).signatures
        found = [holds(signature, digest, public_key) for signature, digest in zip(several, digests, strict=True)]
        require(found == [True] * 3, "sign_raw_payloads signs hashes, each in its place", several)
        crossed = holds(several[0], digests[1], public_key)
        require(not crossed, "a signature is of its own hash alone", several)
        body = self.transaction(signWith=PAYMENTS.lower())
        sentence = "an address in another case is 404"
        self.refused(404, "case sensitive", sentence, lambda: self.ada.sign_transaction(body))
        body = self.transaction(unsignedTransaction=SIGNED)
        sentence = "a transaction that is signed is 400"
        self.refused(400, "unsignedTransaction", sentence, lambda: self.ada.sign_transaction(body))

    def transaction(self, **members):
        given = {"signWith": PAYMENTS, "unsignedTransaction": UNSIGNED, "type": "TRANSACTION_TYPE_ETHEREUM"}
        return SignTransactionBody(**(given | members))

    def prove_sending(self):
        made = self.ada.eth_send_transaction(
            EthSendTransactionBody(
                **{"from": PAYMENTS},
                caip2="eip155:8453",
                calls=[v1EthCallParams(to=SECOND, value="50000000000000000")],
                nonce="7",
                gasLimit="21000",
                maxFeePerGas="2000000000",
                maxPriorityFeePerGas="1000000000",
            )
        )
        body = GetSendTransactionStatusBody(sendTransactionStatusId=made.sendTransactionStatusId)
        status = self.ada.get_send_transaction_status(body)
        found = (status.txStatus, status.eth.txHash)
        require(found == ("INITIALIZED", HASH), "eth_send_transaction keeps it, with eth-account's hash", found)
        kept = self.sent()[-1]
        found = (kept["sendTransactionStatusId"], kept["signedTransaction"], kept["calls"][0]["to"])
        expected = (made.sendTransactionStatusId, SIGNED, SECOND)
        require(found == expected, "it is listed, signed, and was sent nowhere", found)
        # The client sends the second version alone; the first has its call among the parameters.
        parameters = {"from": PAYMENTS, "caip2": "eip155:1", "to": SECOND, "value": "1", "sponsor": True}
        body = {
            "type": "ACTIVITY_TYPE_ETH_SEND_TRANSACTION",
            "timestampMs": str(int(time.time() * 1000)),
            "organizationId": ACME,
            "parameters": parameters,
        }
        text = json.dumps(body)
        stamp = self.ada.stamper.stamp(text)
        answer = requests.post(
            f"{self.sandbox['baseUrl']}/public/v1/submit/eth_send_transaction",
            data=text,
            headers={stamp.stamp_header_name: stamp.stamp_header_value},
            timeout=30,
        ).json()
        status_id = answer["activity"]["result"]["ethSendTransactionResult"]["sendTransactionStatusId"]
        found = (self.sent()[-1]["sendTransactionStatusId"], self.sent()[-1]["sponsor"])
        require(found == (status_id, True), "the first version is kept too", found)

    def propose(self, client=None):
        """Grace's transaction, which waits; returns its activity's identifier."""
        try:
            answer = (client or self.grace).sign_transaction(self.transaction())
        except TurnkeyActivityConsensusNeededError as error:
            return error.activity_id
        sys.exit(f"not so: Grace's transaction waits for Ada; it was answered: {answer!r}")

    def prove_consensus(self):
        waiting = self.propose()
        listed = self.ada.get_activities(
            GetActivitiesBody(filterByStatus=["ACTIVITY_STATUS_CONSENSUS_NEEDED"])
        ).activities
        found = [(activity.id, activity.canApprove) for activity in listed]
        require(found == [(waiting, True)], "Grace's transaction waits for consensus, and Ada finds it", found)
        fingerprint = listed[0].fingerprint
        approval = ApproveActivityBody(fingerprint=fingerprint)
        sentence = "her own approval counts once: 400"
        self.refused(400, "already voted", sentence, lambda: self.grace.approve_activity(approval))
        approved = self.ada.approve_activity(approval).activity
        found = (approved.id, status_of(approved), approved.result.signTransactionResult.signedTransaction)
        expected = (waiting, "ACTIVITY_STATUS_COMPLETED", SIGNED)
        require(found == expected, "approve_activity answers the activity, which is signed now", found)
        seen = self.grace.get_activity(GetActivityBody(activityId=waiting)).activity
        found = [getattr(vote.selection, "value", vote.selection) for vote in seen.votes]
        require(found == ["VOTE_SELECTION_APPROVED"] * 2, "Grace sees both votes", found)
        self.refused(400, "consensus", "a second approval is 400", lambda: self.ada.approve_activity(approval))
        body = ApproveActivityBody(fingerprint="sha256:00")
        sentence = "an approval of nothing is 404"
        self.refused(404, "No activity found", sentence, lambda: self.ada.approve_activity(body))

    def prove_rejection(self):
        waiting = self.propose()
        activity = self.grace.get_activity(GetActivityBody(activityId=waiting)).activity
        rejected = self.ada.reject_activity(RejectActivityBody(fingerprint=activity.fingerprint)).activity
        found = (rejected.id, status_of(rejected))
        require(found == (waiting, "ACTIVITY_STATUS_REJECTED"), "reject_activity ends it", found)

    def prove_waiting(self):
        """Grace's client polls while Ada decides: first yes, then no."""
        polling = PollingConfig(interval_ms=20, timeout_ms=WAIT_SECONDS * 1000)
        patient = self.client(*self.grace_keys, consensus_polling=polling)
        for decide, sentence in [
            (self.approve_all, "a client that polls gets its signature when Ada approves"),
            (self.reject_all, "a client that polls is told when Ada rejects"),
        ]:
            outcome = []
            thread = threading.Thread(target=self.sign, args=(patient, outcome))
            thread.start()
            deadline = time.monotonic() + WAIT_SECONDS
            while not outcome and time.monotonic() < deadline:
                decide()
                time.sleep(0.02)  # until there is something to decide
            thread.join()
            expected = SIGNED if decide == self.approve_all else "ACTIVITY_STATUS_REJECTED"
            require(outcome == [expected], sentence, outcome)

    def sign(self, client, outcome):
        try:
            outcome.append(client.sign_transaction(self.transaction()).signedTransaction)
        except TurnkeyActivityError as error:
            outcome.append(error.activity_status)

    def waiting(self):
        body = GetActivitiesBody(filterByStatus=["ACTIVITY_STATUS_CONSENSUS_NEEDED"])
        return [activity.fingerprint for activity in self.ada.get_activities(body).activities]

    def approve_all(self):
        for fingerprint in self.waiting():
            self.ada.approve_activity(ApproveActivityBody(fingerprint=fingerprint))

    def reject_all(self):
        for fingerprint in self.waiting():
            self.ada.reject_activity(RejectActivityBody(fingerprint=fingerprint))


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    proof = Proof(sys.argv[1], sys.argv[2])
    proof.prove_wallets()
    proof.prove_signatures()
    proof.prove_sending()
    proof.prove_consensus()
    proof.prove_rejection()
    proof.prove_waiting()


if __name__ == "__main__":
    main()
