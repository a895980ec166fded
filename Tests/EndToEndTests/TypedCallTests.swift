// SPDX-License-Identifier: Apache-2.0
import Crypto
import Foundation
import SoftwarePasskey
import StampClient
import Testing
import TurnkeyClient

@Suite("The typed calls, against the sandbox", .timeLimit(.minutes(15)))
struct TypedCallTests {
    @Test("users are made, listed and read with what they sign in with")
    func users() async throws {
        try await withRoot { root, userId in
            let key = Credential()
            let passkey = SoftwarePasskey()
            let new = NewUser(
                userName: "Grace",
                userEmail: "grace@example.com",
                apiKeys: [
                    NewAPIKey(
                        apiKeyName: "Grace's key",
                        publicKey: try PublicKey(key.publicKey),
                        expirationSeconds: 900
                    )
                ],
                authenticators: [try await makeAuthenticator(passkey)]
            )
            let ids = try await root.createUsers([new, NewUser(userName: "Linus")])
            #expect(ids.count == 2)
            #expect(try await Set(root.getUsers().map(\.userId)) == Set(ids + [userId]))

            let grace = try await root.getUser(userId: ids[0])
            #expect(grace.userName == "Grace" && grace.userEmail == "grace@example.com")
            #expect(grace.userPhoneNumber == nil)
            #expect(grace.apiKeys.map(\.publicKey) == [key.publicKey])
            #expect(grace.apiKeys.first?.expirationSeconds == 900)
            #expect(try await root.getApiKeys(userId: ids[0]) == grace.apiKeys)
            #expect(try await root.getApiKey(apiKeyId: grace.apiKeys[0].apiKeyId) == grace.apiKeys[0])
            #expect(abs(grace.createdAt.timeIntervalSinceNow) < 300)

            #expect(try await root.getAuthenticators(userId: ids[0]) == grace.authenticators)
            let authenticator = try #require(grace.authenticators.first)
            #expect(authenticator.transports == ["AUTHENTICATOR_TRANSPORT_INTERNAL"])
            let id = authenticator.authenticatorId
            #expect(try await root.getAuthenticator(authenticatorId: id) == authenticator)
            #expect(try await root.deleteAuthenticators(userId: ids[0], authenticatorIds: [id]) == [id])
            #expect(try await root.getAuthenticators(userId: ids[0]).isEmpty)
        }
    }

    @Test("sub-organizations are made, and found by what they have")
    func subOrganizations() async throws {
        try await withRoot { root, _ in
            #expect(try await root.getSubOrgIds().isEmpty)
            let key = Credential()
            let made = try await root.createSubOrganization(
                name: "Linus's wallet",
                rootUsers: [
                    NewUser(
                        userName: "Linus",
                        userEmail: "linus@example.com",
                        userPhoneNumber: "+358401234567",
                        apiKeys: [NewAPIKey(apiKeyName: "k", publicKey: try PublicKey(key.publicKey))]
                    )
                ]
            )
            #expect(made.rootUserIds.count == 1)
            _ = try await root.createSubOrganization(name: "Another", rootUsers: [NewUser(userName: "Ken")])
            #expect(try await root.getSubOrgIds().count == 2)
            let filters: [SubOrganizationFilter] = [
                .name("Linus's wallet"), .username("Linus"), .email("linus@example.com"), .phoneNumber("+358401234567"),
                .publicKey(key.publicKey),
            ]
            for filter in filters {
                #expect(try await root.getSubOrgIds(filter) == [made.subOrganizationId], "\(filter)")
            }
            #expect(try await root.getSubOrgIds(.credentialId("AAAA")).isEmpty)
            let linus = root.inOrganization(made.subOrganizationId)
            #expect(try await linus.getUsers().map(\.userName) == ["Linus"])
        }
    }

    @Test("a read-only session reads for an hour, and nothing that it submits is done")
    func readOnly() async throws {
        try await withRoot { root, userId in
            let session = try await root.createReadOnlySession()
            #expect(session.userId == userId && session.organizationId == root.organizationId)
            #expect((3_500...3_601).contains(session.expiresAt.timeIntervalSinceNow))
            let reader = root.reading(with: session)
            #expect(try await reader.getWhoami().userId == userId)
            #expect(try await reader.getUsers().map(\.userId) == [userId])
            await #expect { try await reader.createUsers([NewUser(userName: "Eve")]) } throws: { error in
                guard case .api(let refusal)? = error as? TurnkeyError else { return false }
                return refusal.httpStatus == 401 && refusal.turnkeyErrorCode == "SIGNATURE_MISSING"
            }
            #expect(try await root.getUsers().count == 1)
        }
    }

    @Test("a session profile cuts a session's life, and the token says so")
    func sessionProfiles() async throws {
        try await withRoot { root, _ in
            let scope = "activity.action != 'DELETE'"
            let id = try await root.createSessionProfile(name: "Five minutes", scope: scope, expirationSeconds: 300)
            let profile = try await root.getSessionProfile(sessionProfileId: id)
            #expect(profile.sessionProfileName == "Five minutes" && profile.scope == scope)
            #expect(profile.expirationSeconds == 300)
            #expect(try await root.getSessionProfiles() == [profile])
            let token = try await root.stampLogin(
                publicKey: PublicKey(Credential().publicKey),
                expirationSeconds: 900,
                sessionProfileId: id
            )
            #expect((200...301).contains(token.expiresAt.timeIntervalSinceNow))
        }
    }

    @Test("wallets are made, listed and signed with")
    func wallets() async throws {
        try await withRoot { root, _ in
            #expect(try await root.getWallets().isEmpty)
            let made = try await root.createWallet(
                name: "Treasury",
                accounts: [.ethereum(), .ethereum(1, name: "Petty cash")],
                mnemonicLength: 24
            )
            let wallet = try await root.getWallet(walletId: made.walletId)
            #expect(wallet.walletName == "Treasury" && abs(wallet.createdAt.timeIntervalSinceNow) < 300)
            #expect(try await root.getWallets() == [wallet])
            let third = try await root.createWalletAccounts(walletId: made.walletId, accounts: [.ethereum(2)])
            let accounts = try await root.getWalletAccounts(walletId: made.walletId)
            #expect(accounts.map(\.address) == made.addresses + third)
            #expect(accounts.map(\.name) == [nil, "Petty cash", nil])
            #expect(accounts.map(\.path) == (0..<3).map { "m/44'/60'/0'/0/\($0)" })
            #expect(accounts.allSatisfy { $0.curve == "CURVE_SECP256K1" && $0.publicKey?.count == 66 })
            let behind = accounts[0].walletAccountId
            #expect(try await root.getWalletAccounts(limit: 1, after: behind) == [accounts[1]])
            let one = try await root.getWalletAccount(walletId: made.walletId, address: third[0])
            #expect(one == accounts[2])

            let hash = String(repeating: "11", count: 32)
            let signature = try await root.signRawPayload(
                signWith: third[0],
                payload: hash,
                encoding: .hexadecimal,
                hashFunction: .none
            )
            #expect(signature.r.count == 64 && signature.s.count == 64 && ["00", "01"].contains(signature.v))
            let signatures = try await root.signRawPayloads(
                signWith: third[0],
                payloads: [hash, "0x" + hash],
                encoding: .hexadecimal,
                hashFunction: .none
            )
            #expect(signatures == [signature, signature])
            // EIP-155's example.
            let unsigned = "ec098504a817c800825208943535353535353535353535353535353535353535880de0b6b3a764000080018080"
            let signed = try await root.signTransaction(signWith: third[0], unsignedTransaction: unsigned)
            #expect(
                signed.hasPrefix("f86c098504a817c800825208943535353535353535353535353535353535353535880de0b6b3a7640000")
            )
        }
    }

    @Test("a transaction is sent, as far as it goes, and its status is told")
    func sending() async throws {
        try await withRoot { root, _ in
            let address = try await root.createWallet(name: "W", accounts: [.ethereum()]).addresses[0]
            let call = EthereumCall(to: "0x" + String(repeating: "35", count: 20), value: "1", data: "0x00")
            let gas = EthereumGas(nonce: "0", gasLimit: "21000", maxFeePerGas: "2", maxPriorityFeePerGas: "1")
            let id = try await root.ethSendTransaction(from: address, caip2: "eip155:8453", calls: [call], gas: gas)
            let status = try await root.getSendTransactionStatus(sendTransactionStatusId: id)
            #expect(status.txStatus == "INITIALIZED" && status.txHash?.count == 66 && status.txError == nil)
            let sponsored = try await root.ethSendTransaction(
                from: address,
                caip2: "eip155:8453",
                calls: [call],
                isSponsored: true
            )
            #expect(try await root.getSendTransactionStatus(sendTransactionStatusId: sponsored).txHash == nil)
        }
    }

    @Test("what waits for consensus is found, approved or rejected by its fingerprint, and followed")
    func votes() async throws {
        try await System.withStage { stage in
            let turnkey = try stage.makeTurnkey()
            let root = try stage.makeRoot(turnkey)
            let keys = [Credential(), Credential()]
            let made = try await root.createSubOrganization(
                name: "Shared",
                rootUsers: keys.enumerated().map { index, key in
                    NewUser(
                        userName: "User \(index)",
                        apiKeys: [NewAPIKey(apiKeyName: "k", publicKey: try PublicKey(key.publicKey))]
                    )
                },
                rootQuorumThreshold: 2
            )
            let users = try keys.map { key in
                turnkey.client(try APIKeyStamper(hexadecimal: hex(key.key.rawRepresentation)))
                    .inOrganization(made.subOrganizationId)
            }
            func propose(_ name: String) async throws -> Activity {
                do throws(TurnkeyError) {
                    _ = try await users[0].createWallet(name: name, accounts: [])
                } catch .activityNeedsApproval(let activity) {
                    return activity
                }
                throw TurnkeyError.cancelled
            }
            let first = try await propose("First")
            let waiting = try await users[1].getActivities(statuses: ["ACTIVITY_STATUS_CONSENSUS_NEEDED"])
            #expect(waiting.map(\.id) == [first.id] && waiting[0].fingerprint == first.fingerprint)
            #expect(waiting[0].canApprove && waiting[0].type == "ACTIVITY_TYPE_CREATE_WALLET")
            let approved = try await users[1].approveActivity(fingerprint: waiting[0].fingerprint)
            #expect(approved.id == first.id && approved.status == "ACTIVITY_STATUS_COMPLETED")
            #expect(try await users[0].waitForActivity(first.id).status == "ACTIVITY_STATUS_COMPLETED")
            #expect(try await users[0].getWallets().map(\.walletName) == ["First"])

            let second = try await propose("Second")
            let rejected = try await users[1].rejectActivity(fingerprint: second.fingerprint ?? "")
            #expect(rejected.status == "ACTIVITY_STATUS_REJECTED")
            await #expect {
                try await users[0].waitForActivity(second.id)
            } throws: { error in
                guard case .activityNotCompleted(second.id, "ACTIVITY_STATUS_REJECTED", _)? = error as? TurnkeyError
                else { return false }
                return true
            }
            #expect(
                try await users[0].getActivities(types: ["ACTIVITY_TYPE_CREATE_WALLET"], limit: 1).map(\.id) == [
                    second.id
                ]
            )
        }
    }

    struct Refusal: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let httpStatus: Int
        let turnkeyErrorCode: String
        let call: @Sendable (APIClient) async throws(TurnkeyError) -> Void

        init(
            _ description: String,
            _ httpStatus: Int,
            _ turnkeyErrorCode: String,
            _ call: @escaping @Sendable (APIClient) async throws(TurnkeyError) -> Void
        ) {
            (testDescription, self.httpStatus, self.turnkeyErrorCode) = (description, httpStatus, turnkeyErrorCode)
            self.call = call
        }
    }

    private static let nobody = "00000000-0000-4000-8000-000000000000"

    private static let refusals: [Refusal] = [
        Refusal("getUser", 404, "") { root throws(TurnkeyError) in
            _ = try await root.getUser(userId: nobody)
        },
        Refusal("getApiKeys", 404, "") { root throws(TurnkeyError) in
            _ = try await root.getApiKeys(userId: nobody)
        },
        Refusal("getApiKey", 404, "") { root throws(TurnkeyError) in
            _ = try await root.getApiKey(apiKeyId: nobody)
        },
        Refusal("getAuthenticators", 404, "") { root throws(TurnkeyError) in
            _ = try await root.getAuthenticators(userId: nobody)
        },
        Refusal("getAuthenticator", 404, "") { root throws(TurnkeyError) in
            _ = try await root.getAuthenticator(authenticatorId: nobody)
        },
        Refusal("deleteAuthenticators", 404, "") { root throws(TurnkeyError) in
            _ = try await root.deleteAuthenticators(userId: nobody, authenticatorIds: [nobody])
        },
        Refusal("createUsers without users", 400, "REQUEST_INVALID") { root throws(TurnkeyError) in
            _ = try await root.createUsers([])
        },
        Refusal("createSubOrganization without users", 400, "REQUEST_INVALID") { root throws(TurnkeyError) in
            _ = try await root.createSubOrganization(name: "Empty", rootUsers: [])
        },
        Refusal("getSessionProfile", 404, "") { root throws(TurnkeyError) in
            _ = try await root.getSessionProfile(sessionProfileId: nobody)
        },
        Refusal("createSessionProfile of nonsense", 400, "REQUEST_INVALID") { root throws(TurnkeyError) in
            _ = try await root.createSessionProfile(name: "x", scope: "nonsense")
        },
        Refusal("getWallet", 404, "") { root throws(TurnkeyError) in
            _ = try await root.getWallet(walletId: nobody)
        },
        Refusal("getWalletAccounts", 404, "") { root throws(TurnkeyError) in
            _ = try await root.getWalletAccounts(walletId: nobody)
        },
        Refusal("getWalletAccount", 404, "") { root throws(TurnkeyError) in
            _ = try await root.getWalletAccount(walletId: nobody, address: "0x00")
        },
        Refusal("createWallet of 13 words", 400, "REQUEST_INVALID") { root throws(TurnkeyError) in
            _ = try await root.createWallet(name: "W", accounts: [], mnemonicLength: 13)
        },
        Refusal("createWalletAccounts", 404, "") { root throws(TurnkeyError) in
            _ = try await root.createWalletAccounts(walletId: nobody, accounts: [.ethereum()])
        },
        Refusal("signTransaction of nothing", 400, "REQUEST_INVALID") { root throws(TurnkeyError) in
            _ = try await root.signTransaction(signWith: "0x00", unsignedTransaction: "0x")
        },
        Refusal("signRawPayload by nobody", 404, "") { root throws(TurnkeyError) in
            _ = try await root.signRawPayload(
                signWith: "0x00",
                payload: "hello",
                encoding: .text,
                hashFunction: .keccak256
            )
        },
        Refusal("signRawPayload as typed data", 400, "REQUEST_INVALID") { root throws(TurnkeyError) in
            _ = try await root.signRawPayload(
                signWith: "0x00",
                payload: "{}",
                encoding: .eip712,
                hashFunction: .none
            )
        },
        Refusal("signRawPayloads of none", 400, "REQUEST_INVALID") { root throws(TurnkeyError) in
            _ = try await root.signRawPayloads(signWith: "0x00", payloads: [], encoding: .text, hashFunction: .sha256)
        },
        Refusal("ethSendTransaction from nobody", 404, "") { root throws(TurnkeyError) in
            let call = EthereumCall(to: "0x" + String(repeating: "35", count: 20))
            _ = try await root.ethSendTransaction(from: "0x00", caip2: "eip155:1", calls: [call])
        },
        Refusal("getSendTransactionStatus", 404, "") { root throws(TurnkeyError) in
            _ = try await root.getSendTransactionStatus(sendTransactionStatusId: nobody)
        },
        Refusal("approveActivity", 404, "") { root throws(TurnkeyError) in
            _ = try await root.approveActivity(fingerprint: "sha256:00")
        },
        Refusal("rejectActivity", 404, "") { root throws(TurnkeyError) in
            _ = try await root.rejectActivity(fingerprint: "sha256:00")
        },
        Refusal("getActivities of a status that there is not", 400, "REQUEST_INVALID") { root throws(TurnkeyError) in
            _ = try await root.getActivities(statuses: ["DONE"])
        },
        Refusal("emailAuth to nobody", 404, "") { root throws(TurnkeyError) in
            let target = TypedCallTests.targetPublicKey
            _ = try await root.emailAuth(email: "x@y.example", targetPublicKey: target, appName: "Test")
        },
    ]

    /// The generator of P-256.
    private static let targetPublicKey =
        "046b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296"
        + "4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5"

    @Test("what the API refuses is its own refusal, call by call", arguments: refusals)
    func refused(_ row: Refusal) async throws {
        try await withRoot { root, _ in
            await #expect { try await row.call(root) } throws: { error in
                guard case .api(let refusal)? = error as? TurnkeyError else { return false }
                return refusal.httpStatus == row.httpStatus && refusal.turnkeyErrorCode == row.turnkeyErrorCode
            }
        }
    }

    private func makeAuthenticator(_ passkey: SoftwarePasskey) async throws -> NewAuthenticator {
        let user = PasskeyUser(userId: "u", userName: "Grace")
        return NewAuthenticator(
            authenticatorName: "Grace's laptop",
            attestation: try await passkey.registration(of: user, rpId: passkey.rpId)
        )
    }

    private func withRoot(_ body: (APIClient, String) async throws -> Void) async throws {
        try await System.withStage { stage in
            try await body(try stage.makeRoot(stage.makeTurnkey()), stage.sandbox.ready.userId)
        }
    }
}
