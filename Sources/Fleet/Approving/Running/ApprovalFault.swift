// SPDX-License-Identifier: Apache-2.0
package import TurnkeyClient

/// Why an approval stopped early. What was done until then is in the ledger.
package enum ApprovalFault: Error, Sendable {
    case ledger(LedgerFault)
    case api(TurnkeyError)
    case signing(SSHKeygen.Fault)
    /// The approver's key is of a type that no frame verifies.
    case keyType(String)
    case cancelled
}
