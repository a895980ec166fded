// SPDX-License-Identifier: Apache-2.0

/// A function that takes any bytes: coverage-guided fuzzing calls it with bytes that it invents, the tests call it with
/// those of its corpus.
package struct FuzzTarget: Sendable {
    /// Also the name of its folder in `Fuzz/Corpus`.
    package let name: String
    /// Throws the first claim that does not hold for these bytes.
    package let check: @Sendable ([UInt8]) throws(BrokenClaim) -> Void

    package static let all: [FuzzTarget] = signer + clients + besidePython

    private static let signer = [
        json, message, bundle, keptState, keptCounters, configuration, ruleSet, evmTransaction, decision,
        sshSignature, parcel,
    ]
    private static let clients = [
        reply, apiAnswer, sessionToken, attestation, requestHead, loginPage, requestSummary, fleetDocument, knownHosts,
    ]
    private static let besidePython = [jsonBesidePython, bundleBesidePython, decisionBesidePython]
}

/// A claim about the code that some bytes show to be wrong.
package struct BrokenClaim: Error {
    package let claim: String
}

func claim(_ claim: String, _ holds: Bool) throws(BrokenClaim) {
    if !holds { throw BrokenClaim(claim: claim) }
}
