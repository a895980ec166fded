// SPDX-License-Identifier: Apache-2.0
// Written by scripts/generate-built-in-rules from the tables in Tests/Fixtures.

/// Rules as a user would write them, by the sets that hold them.
enum BuiltInRules {
    /// A body without a type, of members that the API's queries take.
    static let queries = #"""
        {"id": "queries", "effect": "allow", "payload": "query", "members": ["activityId", "address", "apiKeyId",
        "appId", "appName", "authenticatorId", "caip19", "caip2", "claimRequestId", "deployRequestId", "deploymentId",
        "depositRequestId", "email", "ephemeralKey", "eventType", "filterByStatus", "filterByType", "filterType",
        "filterValue", "gasStationNonce", "includeExposure", "includeWalletDetails", "isLive", "mfaPolicyId", "nonce",
        "oauth2CredentialId", "organizationId", "paginationOptions", "path", "pivotContainerEncryptedPullSecret",
        "pivotContainerImageUrl", "policyId", "privateKeyId", "provider", "publicKey", "refresh",
        "sendTransactionStatusId", "sessionProfileId", "sinceSeconds", "smartContractInterfaceId", "swapRequestId",
        "tailLines", "transactionId", "tvcAppId", "userId", "walletAddress", "walletId", "withdrawRequestId"]}
        """#

    /// What makes no authority at the API that outlives the session.
    static let contained = #"""
        {"id": "sign-raw-payload-v2", "effect": "allow", "type": ["ACTIVITY_TYPE_SIGN_RAW_PAYLOAD_V2"], "only":
        ["encoding", "externalSignerPubkey", "hashFunction", "payload", "signWith"]},
        {"id": "sign-raw-payloads", "effect": "allow", "type": ["ACTIVITY_TYPE_SIGN_RAW_PAYLOADS"], "only":
        ["encoding", "externalSignerPubkey", "hashFunction", "payloads", "signWith"]},
        {"id": "sign-transaction-v2", "effect": "allow", "type": ["ACTIVITY_TYPE_SIGN_TRANSACTION_V2"], "only":
        ["externalSignerPubkey", "signWith", "type", "unsignedTransaction"]},
        {"id": "eth-send-transaction", "effect": "allow", "type": ["ACTIVITY_TYPE_ETH_SEND_TRANSACTION"], "only":
        ["caip2", "data", "deadline", "from", "gasLimit", "gasStationNonce", "maxFeePerGas", "maxPriorityFeePerGas",
        "nonce", "sponsor", "to", "value"]},
        {"id": "eth-send-transaction-v2", "effect": "allow", "type": ["ACTIVITY_TYPE_ETH_SEND_TRANSACTION_V2"],
        "only": ["caip2", "calls/*/data", "calls/*/to", "calls/*/value", "deadline", "from", "gasLimit",
        "gasStationNonce", "maxFeePerGas", "maxPriorityFeePerGas", "nonce", "sponsor"]},
        {"id": "sol-send-transaction", "effect": "allow", "type": ["ACTIVITY_TYPE_SOL_SEND_TRANSACTION"], "only":
        ["caip2", "recentBlockhash", "signWith", "sponsor", "unsignedTransaction"]},
        {"id": "sol-send-transaction-v2", "effect": "allow", "type": ["ACTIVITY_TYPE_SOL_SEND_TRANSACTION_V2"],
        "only": ["caip2", "recentBlockhash", "signWiths", "sponsor", "unsignedTransaction"]},
        {"id": "spark-sign-frost", "effect": "allow", "type": ["ACTIVITY_TYPE_SPARK_SIGN_FROST"], "only": ["signWith",
        "signatures/*/adaptorPublicKey", "signatures/*/derivation/deposit/**",
        "signatures/*/derivation/htlcPreimage/**", "signatures/*/derivation/identity/**",
        "signatures/*/derivation/signingLeaf/leafId", "signatures/*/derivation/staticDeposit/index",
        "signatures/*/message", "signatures/*/operatorCommitments/*/binding",
        "signatures/*/operatorCommitments/*/hiding", "signatures/*/operatorCommitments/*/id",
        "signatures/*/verifyingKey"]},
        {"id": "spark-prepare-transfer", "effect": "allow", "type": ["ACTIVITY_TYPE_SPARK_PREPARE_TRANSFER"], "only":
        ["signWith", "transfer/leaves/*/directFromCpfpRefundSignature", "transfer/leaves/*/directRefundSignature",
        "transfer/leaves/*/leafId", "transfer/leaves/*/newLeafDerivation/deposit/**",
        "transfer/leaves/*/newLeafDerivation/htlcPreimage/**", "transfer/leaves/*/newLeafDerivation/identity/**",
        "transfer/leaves/*/newLeafDerivation/signingLeaf/leafId",
        "transfer/leaves/*/newLeafDerivation/staticDeposit/index", "transfer/leaves/*/oldLeafDerivation/deposit/**",
        "transfer/leaves/*/oldLeafDerivation/htlcPreimage/**", "transfer/leaves/*/oldLeafDerivation/identity/**",
        "transfer/leaves/*/oldLeafDerivation/signingLeaf/leafId",
        "transfer/leaves/*/oldLeafDerivation/staticDeposit/index", "transfer/leaves/*/refundSignature",
        "transfer/operatorRecipients/*/encryptionPublicKey", "transfer/operatorRecipients/*/operatorId",
        "transfer/receiverPublicKey", "transfer/threshold", "transfer/transferId"]},
        {"id": "spark-claim-transfer", "effect": "allow", "type": ["ACTIVITY_TYPE_SPARK_CLAIM_TRANSFER"], "only":
        ["claim/leaves/*/ciphertext", "claim/leaves/*/leafId", "claim/leaves/*/senderSignature",
        "claim/operatorRecipients/*/encryptionPublicKey", "claim/operatorRecipients/*/operatorId",
        "claim/senderIdentityPublicKey", "claim/threshold", "claim/transferId", "signWith"]},
        {"id": "spark-prepare-lightning-receive", "effect": "allow", "type":
        ["ACTIVITY_TYPE_SPARK_PREPARE_LIGHTNING_RECEIVE"], "only":
        ["lightningReceive/operatorRecipients/*/encryptionPublicKey",
        "lightningReceive/operatorRecipients/*/operatorId", "lightningReceive/threshold", "signWith"]},
        {"id": "create-swap-quote", "effect": "allow", "type": ["ACTIVITY_TYPE_CREATE_SWAP_QUOTE"], "only":
        ["inputAmount", "inputToken", "outputToken", "signWith", "slippageBps"]},
        {"id": "create-swap-quote-v2", "effect": "allow", "type": ["ACTIVITY_TYPE_CREATE_SWAP_QUOTE_V2"], "only":
        ["destinationAddress", "inputAmount", "inputToken", "outputToken", "signWith", "slippageBps"]},
        {"id": "create-swap-quote-v3", "effect": "allow", "type": ["ACTIVITY_TYPE_CREATE_SWAP_QUOTE_V3"], "only":
        ["destinationAddress", "feeSponsorship", "fixedRate", "inputAmount", "inputToken", "outputToken", "signWith",
        "slippageBps"]},
        {"id": "execute-swap", "effect": "allow", "type": ["ACTIVITY_TYPE_EXECUTE_SWAP"], "only": ["inputAmount",
        "inputToken", "minOutputAmount", "outputToken", "provider", "slippage", "sponsor", "walletAccount"]},
        {"id": "execute-swap-v2", "effect": "allow", "type": ["ACTIVITY_TYPE_EXECUTE_SWAP_V2"], "only": ["evmNonce",
        "gasStationNonce", "inputAmount", "inputToken", "minOutputAmount", "outputToken", "quoteId",
        "quotedOutputAmount", "recentBlockhash", "sponsor"]},
        {"id": "execute-swap-v3", "effect": "allow", "type": ["ACTIVITY_TYPE_EXECUTE_SWAP_V3"], "only":
        ["destinationAddress", "evmNonce", "gasStationNonce", "inputAmount", "inputToken", "minOutputAmount",
        "outputToken", "quoteId", "quotedOutputAmount", "recentBlockhash", "sponsor"]},
        {"id": "create-wallet", "effect": "allow", "type": ["ACTIVITY_TYPE_CREATE_WALLET"], "only":
        ["accounts/*/addressFormat", "accounts/*/curve", "accounts/*/name", "accounts/*/path",
        "accounts/*/pathFormat", "mnemonicLength", "walletName"]},
        {"id": "create-wallet-accounts", "effect": "allow", "type": ["ACTIVITY_TYPE_CREATE_WALLET_ACCOUNTS"], "only":
        ["accounts/*/addressFormat", "accounts/*/curve", "accounts/*/name", "accounts/*/path",
        "accounts/*/pathFormat", "persist", "walletId"]},
        {"id": "update-wallet", "effect": "allow", "type": ["ACTIVITY_TYPE_UPDATE_WALLET"], "only": ["walletId",
        "walletName"]}
        """#

    /// What makes and ends sessions of this frame's own keys.
    static let sessions = #"""
        {"id": "stamp-login", "effect": "allow", "type": ["ACTIVITY_TYPE_STAMP_LOGIN"], "when": [{"at":
        "/parameters/publicKey", "pendingKey": true}], "only": ["publicKey", "expirationSeconds",
        "invalidateExisting", "sessionProfileId"]},
        {"id": "create-api-keys-v2", "effect": "allow", "type": ["ACTIVITY_TYPE_CREATE_API_KEYS_V2"], "when": [{"at":
        "/parameters/apiKeys", "count": [1, 1]}, {"at": "/parameters/apiKeys/*/publicKey", "pendingKey": true}],
        "only": ["apiKeys/*/apiKeyName", "apiKeys/*/curveType", "apiKeys/*/expirationSeconds", "apiKeys/*/publicKey",
        "userId"]},
        {"id": "create-read-write-session-v2", "effect": "allow", "type":
        ["ACTIVITY_TYPE_CREATE_READ_WRITE_SESSION_V2"], "when": [{"at": "/parameters/targetPublicKey", "embeddedKey":
        true}], "only": ["apiKeyName", "expirationSeconds", "invalidateExisting", "targetPublicKey", "userId"]},
        {"id": "delete-api-keys", "effect": "allow", "type": ["ACTIVITY_TYPE_DELETE_API_KEYS"], "only": ["apiKeyIds",
        "userId"]}
        """#
}
