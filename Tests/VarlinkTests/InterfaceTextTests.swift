// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing
import Varlink

@Suite("The interface texts") struct InterfaceTextTests {
    @Test(
        "the text compiled in is the reference's, byte for byte",
        arguments: [Interface.stamper, .control, .delivery]
    )
    func sameText(_ interface: Interface) throws {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let reference = try Data(contentsOf: root.appending(path: "docs/reference/\(interface.rawValue).varlink"))
        #expect(Array(interface.text.utf8) == Array(reference))
    }

    @Test("each text names its interface", arguments: Interface.allCases) func name(_ interface: Interface) {
        #expect(interface.text.contains("\ninterface \(interface.rawValue)\n"))
    }

    @Test("our methods and their parameters are the text's, all of them") func methods() {
        let ours =
            ServiceMethod.allCases.map { ("org.varlink.service." + $0.rawValue, Method.service($0)) }
            + StamperMethod.allCases.map { ($0.fullName, .stamper($0)) }
            + ControlMethod.allCases.map { ($0.fullName, .control($0)) }
            + DeliveryMethod.allCases.map { ($0.fullName, .delivery($0)) }
        let parameters = ours.map { ($0.0, $0.1.traits.parameters.map(\.rawValue)) }
        #expect(Dictionary(uniqueKeysWithValues: parameters) == InterfaceText.all.methods)
        let names = Set(InterfaceText.all.methods.values.flatMap { $0 })
        #expect(Set(ParameterName.allCases.map(\.rawValue)) == names)
    }

    @Test("no method takes more parameters than a call keeps") func parameterCount() {
        #expect(InterfaceText.all.methods.values.allSatisfy { $0.count < 9 })
    }

    @Test("our errors are the text's, all of them") func errors() {
        #expect(Set(ErrorName.allCases.map(\.rawValue)) == Set(InterfaceText.all.errors.keys))
    }

    @Test("our enumerations are the text's, all of them") func enumerations() {
        #expect(
            InterfaceText.all.enumerations == [
                "Fallback": Fallback.allCases.map(\.rawValue), "Event.kind": EventKind.allCases.map(\.rawValue),
                "Session.origin": SessionOrigin.allCases.map(\.rawValue),
                "InvalidBundle.reason": BundleFault.allCases.map(\.rawValue),
                "ParcelRefused.reason": ParcelFault.allCases.map(\.rawValue),
                "Explanation.effect": ExplanationEffect.allCases.map(\.rawValue),
                "Explanation.mode": ExplanationMode.allCases.map(\.rawValue),
                "RuleSet.mode": RuleSetMode.allCases.map(\.rawValue),
                "RuleStep.outcome": RuleStepOutcome.allCases.map(\.rawValue),
            ]
        )
    }

    @Test("only a missing, expired or unmade key sends the client to the passkey") func fallbacks() {
        let names = { (fallback: Fallback) in Set(ErrorName.allCases.filter { $0.fallback == fallback }) }
        #expect(names(.passkey) == [.noEmbeddedKey, .noSession, .sessionExpired])
        #expect(names(.retry) == [.locked, .rateLimited])
        for (name, fields) in InterfaceText.all.errors where !fields.contains("fallback") {
            #expect(ErrorName(rawValue: name)?.fallback == .never)
        }
    }
}
