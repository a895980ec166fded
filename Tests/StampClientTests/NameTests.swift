// SPDX-License-Identifier: Apache-2.0
import StampClient
import Testing
import Varlink

// Varlink has types of these names too, and the module's name is a type's.
import enum StampClient.BundleFault
import enum StampClient.Fallback
import enum StampClient.ParcelFault

@Suite("The client's words are the interface's")
struct NameTests {
    @Test("each enumeration has the same cases")
    func enumerations() {
        #expect(Fallback.allCases.map(\.rawValue) == Varlink.Fallback.allCases.map(\.rawValue))
        #expect(BundleFault.allCases.map(\.rawValue) == Varlink.BundleFault.allCases.map(\.rawValue))
        #expect(ParcelFault.allCases.map(\.rawValue) == Varlink.ParcelFault.allCases.map(\.rawValue))
        #expect(Session.Origin.allCases.map(\.rawValue) == SessionOrigin.allCases.map(\.rawValue))
        #expect(Event.Kind.allCases.map(\.rawValue) == EventKind.allCases.map(\.rawValue))
        #expect(Explanation.Effect.allCases.map(\.rawValue) == ExplanationEffect.allCases.map(\.rawValue))
        #expect(Explanation.Mode.allCases.map(\.rawValue) == ExplanationMode.allCases.map(\.rawValue))
        #expect(Explanation.Step.Outcome.allCases.map(\.rawValue) == RuleStepOutcome.allCases.map(\.rawValue))
        #expect(RuleSetState.Mode.allCases.map(\.rawValue) == RuleSetMode.allCases.map(\.rawValue))
    }

    @Test("every error of the interfaces is among those that are tested, with the fallback that a frame sends")
    func errors() {
        let tested = FrameErrorTests.rows.map { interface, row in "\(interface).\(row.name)" }
        #expect(Set(tested) == Set(ErrorName.allCases.map(\.rawValue)))
        for (interface, row) in FrameErrorTests.rows where interface != "io.stampd.Stamper" {
            #expect(ErrorName(rawValue: "\(interface).\(row.name)")?.fallback.rawValue == row.fallback.rawValue)
        }
    }
}
