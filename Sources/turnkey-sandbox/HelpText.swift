// SPDX-License-Identifier: Apache-2.0

extension TurnkeySandboxCommand {
    static let helpText = """
        Once it listens, the ready file holds one JSON object (mode 0600): baseUrl, organizationId, \
        organizationName, userId, username, apiPublicKey, apiPrivateKey, rpId, origin, notarizerPublicKey. It says \
        nothing on standard output, and logs a line a request on standard error. SIGTERM and SIGINT end it.

        A fixture is a JSON object; members marked ? may be left out, others than these are an error:
          organizations[]: organizationId?, organizationName, users[], policies[]?, sessionProfiles[]?, wallets[]?, \
        rootQuorumThreshold? (1), subOrganizations[]? (organizations without subOrganizations)
          users[]: userId?, userName, userEmail?, userPhoneNumber?, isRootUser? (true), apiKeys[]?, authenticators[]?
          apiKeys[]: apiKeyId?, apiKeyName, publicKey (66 hex digits), expirationSeconds? ("900")
          authenticators[]: authenticatorId?, authenticatorName, credentialId, publicKey (COSE; both base64url), \
        counter?, transports[]?, rpId?
          policies[]: policyId?, policyName, effect (EFFECT_ALLOW or EFFECT_DENY), consensus?, condition?
          sessionProfiles[]: sessionProfileId?, sessionProfileName, scope, expirationSeconds?, notes?
          wallets[]: walletId?, walletName, mnemonic? (12 to 24 words; new keys), accounts[]?
          accounts[]: walletAccountId?, path (m/44'/60'/0'/0/0), addressFormat? (ADDRESS_FORMAT_ETHEREUM), name?
        The first user of the first organization is the root user, who gets the API key of the ready file.

        Faithful: stamps and passkeys are verified, requests checked in the API's order and refused in its words; \
        sub-organizations, policies, consensus, limits of keys, sessions and profiles, session tokens, activities that \
        are polled, wallets and what they sign for Ethereum.
        Not: API keys of P-256 alone, wallets of secp256k1 alone, attestation none alone, no OTP, OAuth or SMS, a small \
        part of the policy language; e-mails go to GET /sandbox/mailbox, transactions to GET /sandbox/transactions. \
        docs/reference/sandbox.md has the whole list.

        Exit codes: 0 ended by a signal, 1 could not run, 64 wrong usage, 71 started without its arguments.

        Example:
          turnkey-sandbox --port 0 --ready-file /tmp/sandbox.json --pending-polls 2 &
          until [ -s /tmp/sandbox.json ]; do sleep 0.1; done
          jq -r .baseUrl /tmp/sandbox.json
        """
}
